//! The tools of the voice agent. A tool is a *face*: a name, a struct of arguments and a function.
//! Faces of one meaning share the function; the struct gives the JSON Schema that Vapi is sent,
//! the validation and the documentation. Adding a tool is one file here and one line in
//! [`Toolbox::standard`]. Knows no Vapi JSON beyond names and schemas.

mod answer;
mod availability;
mod booking_tools;
mod calendar_tools;
mod callback_tools;
mod change_tools;
mod context;
mod end;
mod find_tools;
mod lenient;
mod lookup_caller;
mod lookup_customer;
mod meanwhile;
mod named_calendars;
pub mod prompt;
pub(crate) mod replies;
mod transfer;
mod variant;
mod waitlist_tools;
mod wording;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use hookswitch_storage::{NamingSet, Settings};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

pub use answer::{Given, GivenBody, SpokenMessage, ToolOutcome};
pub(crate) use callback_tools::name_in as message_tool;
pub use context::ToolContext;
pub(crate) use context::{RepeatKey, SessionView};
use lenient::Lenient;
pub use meanwhile::Meanwhile;
pub(crate) use transfer::{Ends, GENERAL, anybody, destination, handover_to, is_own_line};
use variant::Variant;

type Run = Box<dyn FnOnce(ToolContext) -> RunFuture + Send>;
type RunFuture = Pin<Box<dyn Future<Output = ToolOutcome> + Send>>;

/// A tool call whose arguments have been read.
pub struct Prepared {
    /// SHA-256 of the tool's name and its validated arguments: what "the same call" means (R5).
    pub hash: String,
    /// Runs it.
    pub run: Run,
}

/// Which tools are registered with Vapi.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// With the org's naming set.
    Set(NamingSet),
    /// With both.
    Both,
    /// Never: answered when it is called, but not offered (P159).
    Never,
}

/// What an org must have for a tool to be of use; without it the tool is not on its assistants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A connected booking provider (P073 to P079).
    Calendar,
    /// A customer directory.
    Directory,
    /// A department that calls can be handed over to.
    Department,
    /// Nothing.
    Nothing,
}

type Prepare = Box<dyn Fn(&str) -> Result<Prepared, String> + Send + Sync>;

/// One name under which the agent can call a function of ours.
pub struct Face {
    name: &'static str,
    listing: Listing,
    needs: Needs,
    description: &'static str,
    make_schema: fn() -> serde_json::Value,
    /// Made when first asked for: making a schema takes longer than running many a tool.
    schema: OnceLock<serde_json::Value>,
    argument_names: OnceLock<Vec<String>>,
    prepare: Prepare,
}

impl Face {
    /// A face whose arguments are `A`. Unknown arguments are ignored: Vapi adds its own.
    pub fn new<A, F, Fut>(
        name: &'static str,
        listing: Listing,
        description: &'static str,
        run: F,
    ) -> Self
    where
        A: DeserializeOwned + Serialize + JsonSchema + Send + 'static,
        F: Fn(ToolContext, A) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = ToolOutcome> + Send + 'static,
    {
        let prepare = move |text: &str| {
            let arguments: A = read(text)?;
            let canonical = serde_json::to_vec(&arguments).map_err(|error| error.to_string())?;
            let digest = Sha256::new().chain_update(name).chain_update([0]).chain_update(canonical);
            let run = run.clone();
            Ok(Prepared {
                hash: hex(&digest.finalize()),
                run: Box::new(move |context| Box::pin(run(context, arguments))),
            })
        };
        Self {
            name,
            listing,
            needs: Needs::Calendar,
            description,
            make_schema: schema_of::<A>,
            schema: OnceLock::new(),
            argument_names: OnceLock::new(),
            prepare: Box::new(prepare),
        }
    }

    /// The same, of use where this is given; most need a calendar.
    #[must_use]
    pub fn needing(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }

    /// What an org must have for it.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// The name, exactly as called.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// With which naming set it is registered.
    #[must_use]
    pub fn listing(&self) -> Listing {
        self.listing
    }

    /// Whether it is registered with this naming set.
    #[must_use]
    pub fn is_listed_with(&self, set: NamingSet) -> bool {
        matches!(self.listing, Listing::Both) || self.listing == Listing::Set(set)
    }

    /// What the agent is told of it; below 1,000 characters, Vapi's limit.
    #[must_use]
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// The names of its arguments.
    #[must_use]
    pub fn argument_names(&self) -> &[String] {
        self.argument_names.get_or_init(|| {
            let schema = self.schema();
            let properties = schema.get("properties").and_then(|p| p.as_object());
            properties.map(|p| p.keys().cloned().collect()).unwrap_or_default()
        })
    }

    /// JSON Schema of the arguments of an org with ordinary services: type, properties and
    /// required, nothing else.
    #[must_use]
    pub fn schema(&self) -> serde_json::Value {
        Variant::default().apply(self.whole_schema().clone())
    }

    /// The same for an org: some arguments are only offered where its services have a use for
    /// them, and what it requires of callers is required (R2, K18). All of them are read from
    /// whoever sends them.
    #[must_use]
    pub fn schema_for(&self, settings: &Settings) -> serde_json::Value {
        Variant::of(settings).apply(self.whole_schema().clone())
    }

    /// The name of the variant that an org's schema is: orgs of one variant share the schema.
    /// Empty for those that have set nothing special.
    #[must_use]
    pub fn variant_for(&self, settings: &Settings) -> String {
        Variant::of(settings).key(self.whole_schema())
    }

    /// With the marks of what only some orgs use.
    fn whole_schema(&self) -> &serde_json::Value {
        self.schema.get_or_init(self.make_schema)
    }
}

/// SHA-256, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        use std::fmt::Write;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads arguments; the error names the argument and what is wrong with it.
fn read<A: DeserializeOwned>(text: &str) -> Result<A, String> {
    let json = serde_json::from_str(text).map_err(|_| "The arguments are no JSON.")?;
    serde_path_to_error::deserialize(Lenient(json)).map_err(|error| {
        let path = error.path().to_string();
        // serde_json adds where in the text it was; the agent has no use for that.
        let problem = error.inner().to_string();
        let problem = problem.split(" at line ").next().unwrap_or_default();
        match problem.strip_prefix("missing field ") {
            Some(field) => format!("Missing argument {field}. Please call the tool again with it."),
            None if path == "." => format!("The arguments could not be read: {problem}."),
            None => format!("Argument `{path}` is wrong: {problem}. Please call the tool again."),
        }
    })
}

fn schema_of<A: JsonSchema>() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft07().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<A>().to_value();
    if let Some(object) = schema.as_object_mut() {
        object.remove("title");
        object.remove("description");
        object.remove("$schema");
    }
    simplify(&mut schema);
    schema
}

/// Models do best with the plainest schema: an optional argument is simply not required, so its
/// `null` variant goes.
fn simplify(schema: &mut serde_json::Value) {
    let Some(properties) = schema.get_mut("properties").and_then(|p| p.as_object_mut()) else {
        return;
    };
    for property in properties.values_mut().filter_map(|property| property.as_object_mut()) {
        let plain = property
            .get("type")
            .and_then(|kind| kind.as_array())
            .and_then(|kinds| kinds.iter().find(|kind| kind.as_str() != Some("null")).cloned());
        if let Some(plain) = plain {
            property.insert("type".into(), plain);
        }
        property.remove("format");
        property.remove("default");
        property.remove("minimum");
    }
}

/// All tools. Cheap to clone.
#[derive(Clone)]
pub struct Toolbox {
    faces: Arc<BTreeMap<&'static str, Face>>,
}

impl Toolbox {
    /// Every tool there is.
    #[must_use]
    pub fn standard() -> Self {
        Self::of(
            availability::faces()
                .into_iter()
                .chain(booking_tools::faces())
                .chain(change_tools::faces())
                .chain(find_tools::faces())
                .chain(calendar_tools::faces())
                .chain(lookup_caller::faces())
                .chain(waitlist_tools::faces())
                .chain(callback_tools::faces())
                .chain(lookup_customer::faces())
                .chain(transfer::faces())
                .chain(end::faces()),
        )
    }

    /// These tools; of two with one name the later counts.
    #[must_use]
    pub fn of(faces: impl IntoIterator<Item = Face>) -> Self {
        Self { faces: Arc::new(faces.into_iter().map(|face| (face.name, face)).collect()) }
    }

    /// The standard tools and more.
    #[must_use]
    pub fn standard_and(more: impl IntoIterator<Item = Face>) -> Self {
        let standard = Self::standard();
        let Some(faces) = Arc::into_inner(standard.faces) else { return Self::standard() };
        Self::of(faces.into_values().chain(more))
    }

    /// All faces, by name.
    pub fn faces(&self) -> impl Iterator<Item = &Face> {
        self.faces.values()
    }

    /// A face by its exact name.
    #[must_use]
    pub fn face(&self, name: &str) -> Option<&Face> {
        self.faces.get(name)
    }

    /// Finds a tool by its exact name and reads its arguments.
    ///
    /// # Errors
    /// A sentence for the agent: no such tool, or which argument is wrong and how.
    pub fn prepare(
        &self,
        name: &str,
        arguments: Result<String, String>,
    ) -> Result<Prepared, String> {
        let Some(face) = self.faces.get(name) else {
            let shown: String = name.chars().take(80).collect();
            return Err(format!("There is no tool named `{shown}`."));
        };
        (face.prepare)(&arguments?)
    }
}
