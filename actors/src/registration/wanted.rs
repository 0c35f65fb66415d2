//! Which tools the assistants of an org are to have: those of its naming set (K6) that it has a use for and
//! has not switched off. Pure.

use std::sync::Arc;

use hookswitch_storage::{Connection, ConnectionStatus, Org};

use crate::ports::ToolSpec;
use crate::tools::{Needs, Toolbox};

/// What an org's assistants are to have.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    /// The tools.
    pub(super) tools: Vec<ToolSpec>,
    /// Those that they would have if they were not switched off.
    pub(super) disabled: Vec<ToolSpec>,
    /// Whether there is something to book into.
    pub(super) can_book: bool,
}

/// A connection whose provider is only out of reach counts, one whose credentials are dead does not (R8).
pub(super) fn wanted(toolbox: &Toolbox, org: &Arc<Org>, connections: &[Connection]) -> Wanted {
    let settings = &org.settings;
    let connected = |connection: &Connection| connection.status == ConnectionStatus::Connected;
    let can_book = connections.iter().any(connected);
    let of_use = |needs: Needs| match needs {
        Needs::Calendar => can_book,
        Needs::Directory => settings.customerconnect.is_some(),
        Needs::Department => !settings.departments.is_empty(),
        Needs::Nothing => true,
    };
    let faces = toolbox.faces().filter(|face| face.is_listed_with(settings.tool_names));
    let specs = faces.filter(|face| of_use(face.needs())).map(|face| ToolSpec {
        name: face.name().to_owned(),
        variant: face.variant_for(settings),
        description: face.description().to_owned(),
        parameters: face.schema_for(settings),
        org: Arc::clone(org),
    });
    let (disabled, tools) = specs.partition(|spec| settings.disabled_tools.contains(&spec.name));
    Wanted { tools, disabled, can_book }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use hookswitch_storage::OrgId;
    use serde_json::json;

    use super::*;

    fn org(settings: serde_json::Value) -> Arc<Org> {
        let mut whole = json!({"name": "Oak", "timezone": "UTC", "country": "US",
            "business_hours": {}, "services": [], "webhook_auth": []});
        for (name, value) in settings.as_object().unwrap() {
            whole[name] = value.clone();
        }
        let org = json!({"id": "org_a", "webhook_id": "wh_a", "version": 1,
            "created_at": "2026-01-01T00:00:00Z", "settings": whole});
        Arc::new(serde_json::from_value(org).unwrap())
    }

    fn connections(statuses: &[ConnectionStatus]) -> Vec<Connection> {
        let org: OrgId = "org_a".parse().unwrap();
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let one = |status: &ConnectionStatus| Connection {
            status: *status,
            ..Connection::new(org.clone(), "calcom", now)
        };
        statuses.iter().map(one).collect()
    }

    fn names(org: &Arc<Org>, statuses: &[ConnectionStatus]) -> Vec<String> {
        let wanted = wanted(&Toolbox::standard(), org, &connections(statuses));
        wanted.tools.into_iter().map(|tool| tool.name).collect()
    }

    #[test]
    fn booking_tools_are_wanted_while_one_connection_is_connected_and_not_by_dead_credentials() {
        use ConnectionStatus::{Connected, Disconnected, Error};
        let org = org(json!({}));
        for (statuses, can_book) in [
            (&[Connected][..], true),
            (&[Error, Disconnected, Connected], true),
            (&[Error], false),
            (&[Disconnected, Error], false),
            (&[], false),
        ] {
            let names = names(&org, statuses);
            assert_eq!(names.contains(&"create_booking".into()), can_book, "{statuses:?}");
            assert!(names.contains(&"end_call".into()), "needs no calendar: {statuses:?}");
        }
    }

    #[test]
    fn a_tool_without_use_is_not_wanted_and_neither_is_one_of_the_other_set() {
        let plain = names(&org(json!({})), &[ConnectionStatus::Connected]);
        for absent in ["transfer_call", "lookup_customer", "bookClinicAppointment"] {
            assert!(!plain.contains(&absent.into()), "{absent}: {plain:?}");
        }
        let departments = json!({"departments": {"general": {"number": "+15125550143"}}});
        let with = names(&org(departments), &[]);
        assert!(with.contains(&"transfer_call".into()), "{with:?}");
        let camel = names(&org(json!({"tool_names": "camel"})), &[ConnectionStatus::Connected]);
        assert!(camel.contains(&"bookClinicAppointment".into()), "{camel:?}");
        assert!(!camel.iter().any(|name| name == "create_booking" || name == "book_appointment"));
    }

    #[test]
    fn what_is_switched_off_is_known_and_not_wanted() {
        let org = org(json!({"disabled_tools": ["end_call", "no_such_tool"]}));
        let wanted = wanted(&Toolbox::standard(), &org, &[]);
        assert!(wanted.tools.iter().all(|tool| tool.name != "end_call"));
        let disabled: Vec<_> = wanted.disabled.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(disabled, ["end_call"]);
    }
}
