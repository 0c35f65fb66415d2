//! What Cal.com's description has wrong by its own words and examples, put right before anything is checked by
//! it: all the rest of the same operations is checked then. Each correction is of what is found wrong; a
//! description that says it rightly fails here, so that none outlives its reason. That Cal.com itself does as
//! is corrected here is what its documents and source say, not tried.

use serde_json::{Value, json};

pub(super) fn put_right(description: &mut Value) {
    statuses_in_one_value(at(description, "/paths/~1v2~1bookings/get/parameters"));
    kinds_of_bookings(at(description, &in_json("/paths/~1v2~1bookings/post/requestBody")));
    slots_in_an_envelope(at(description, &in_json("/paths/~1v2~1slots/get/responses/200")));
    let schemas = at(description, "/components/schemas").as_object_mut().unwrap();
    let fields = schemas.iter_mut().filter(|(name, _)| name.ends_with("FieldOutput_2024_06_14"));
    let corrected = fields.map(|(name, schema)| booking_field(name, schema)).count();
    assert!(corrected >= 19, "{corrected} kinds of booking fields");
}

fn at<'a>(description: &'a mut Value, pointer: &str) -> &'a mut Value {
    description.pointer_mut(pointer).unwrap_or_else(|| panic!("nothing is described at {pointer}"))
}

fn in_json(pointer: &str) -> String {
    format!("{pointer}/content/application~1json/schema")
}

/// "If you want to filter by multiple statuses, separate them with a comma", with `?status=upcoming,past` for
/// an example: which a list in a query is not, unless it is said to be one value.
fn statuses_in_one_value(parameters: &mut Value) {
    let parameters = parameters.as_array_mut().unwrap();
    let status = parameters.iter_mut().find(|one| one["name"] == "status").unwrap();
    assert_eq!(status["schema"]["type"], "array", "{status}");
    assert!(status.get("explode").is_none(), "it is said now: {status}");
    status["explode"] = json!(false);
}

/// "Create Booking (Option 1), Create Instant Booking (Option 2), or Create Recurring Booking (Option 3)", one
/// of them and no other: but the third demands nothing that the first does not, so that whatever is the
/// one is the other as well.
fn kinds_of_bookings(body: &mut Value) {
    let kinds = body.as_object_mut().unwrap().remove("oneOf");
    body["anyOf"] = kinds.expect("one of several kinds of bookings");
}

/// Its examples are what Cal.com answers: days within `data`, beside `status`, and objects in each day. Its
/// schema has the days outside of any envelope, and texts in them unless ranges are asked for.
fn slots_in_an_envelope(answer: &mut Value) {
    let forms = answer["oneOf"].as_array().expect("one of two forms").clone();
    for form in &forms {
        let example = &form["example"];
        assert!(example["data"].is_object() && example["status"] == "success", "{form}");
        assert!(form.get("properties").is_none(), "the schema has the envelope now: {form}");
    }
    let range = forms.into_iter().find(|form| form["title"] == "Range format (when format=range)");
    let mut days = range.expect("the form that we ask for")["additionalProperties"].clone();
    // "Each slot will be an object with start and end properties".
    days["items"]["required"] = json!(["start", "end"]);
    *answer = json!({
        "type": "object",
        "required": ["status", "data"],
        "properties": {
            "status": {"type": "string", "enum": ["success"]},
            "data": {"type": "object", "additionalProperties": days},
        },
    });
}

/// One of nineteen and no other, told apart by `type` and `slug` in words only ("only allowed value for type
/// is `text`"), so that most are several; and what is true or false by its example is an object.
fn booking_field(name: &str, schema: &mut Value) {
    let properties = &mut schema["properties"];
    let kind = [&properties["type"]["example"], &properties["type"]["default"]];
    let kind = kind.into_iter().find(|kind| kind.is_string()).cloned();
    let kind = kind.unwrap_or_else(|| panic!("{name} has no type"));
    assert!(properties["type"].get("enum").is_none(), "{name} is told apart now");
    properties["type"]["enum"] = json!([kind]);
    let is_default = properties["isDefault"]["example"].clone();
    assert!(is_default.is_boolean(), "{name}: {}", properties["isDefault"]);
    assert_eq!(properties["isDefault"]["type"], "object", "{name} has it right now");
    properties["isDefault"] = json!({"type": "boolean", "enum": [is_default]});
    if is_default == true {
        let slug = properties["slug"]["default"].clone();
        // The name's and the e-mail address's fields have theirs by default, the others always.
        properties["slug"]["enum"] = json!([slug]);
    }
    // "Can be set to false only for ...".
    if properties["required"]["type"] == "object" {
        properties["required"]["type"] = json!("boolean");
    }
}
