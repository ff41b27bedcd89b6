//! What else is wrong with a row of a file of which some cells cannot be read: all that can be judged without them, so
//! that whoever mends the file hears of it at once. What hangs on a field that is wrong waits until it is right.

use super::codec::Record;
use super::custom::Custom;
use super::valid::wrong;
use super::{Change, Description, Map, custom, engine, files, valid};
use crate::business::{Wrong, need_plant};
use crate::tenancy::WriteTx;
use unison_api::error::{ApiError, Detail};

/// Judges a row without the fields that are `known` to be wrong. The transaction must be undone afterwards.
///
/// # Errors
/// What is wrong besides.
pub(super) fn judge(
    tx: &WriteTx<'_>,
    d: &Description,
    definitions: &[Custom],
    before: Option<&Record>,
    mut body: Map,
    known: &[String],
) -> Result<(), Wrong> {
    if let Some(own) = d.hooks.own {
        let done = match before {
            None => (own.create)(tx, body),
            Some(before) => {
                body.insert("version".into(), before.version.into());
                (own.update)(tx, before.id, body)
            }
        };
        return done.map(drop).or_else(|Wrong(e)| without(known, e));
    }
    let custom = body.remove("custom_fields");
    let (fields, mut details) = valid::merged(d, before.map(|b| &b.fields), &body);
    let empty = Map::new();
    let (mut customs, more) = custom::merged(definitions, before.map_or(&empty, |b| &b.custom_fields), custom.as_ref());
    details.extend(more);
    let own = before.map(|b| (b.id, &b.custom_fields));
    details.extend(files::look_up(tx, d, definitions, own, &mut customs)?);
    match before {
        Some(before) => engine::need_unlocked(d, before, Change::Update)?,
        None => engine::plant_of(d, None, &fields).map_or(Ok(()), |plant| need_plant(tx, plant))?,
    }
    let all: Vec<_> = known.iter().map(|field| wrong(field, "")).chain(details.iter().cloned()).collect();
    details.extend(engine::in_the_light_of_others(tx, d, before, &fields, &all)?);
    // The entity's own questions know the record as a whole, so they are asked where there is one.
    if d.columns.iter().all(|c| c.is_nullable || fields.get(&c.field.name).is_some_and(|v| !v.is_null())) {
        let more = (d.hooks.check_in)(tx, before.map(|b| b.id), before.map(|b| &b.fields), &fields)?;
        let is_new = |detail: &Detail| details.iter().all(|d| d.field != detail.field);
        let more: Vec<_> = more.into_iter().filter(is_new).collect();
        details.extend(more);
    }
    if details.is_empty() { Ok(()) } else { without(known, ApiError::invalid(details)) }
}

/// A refusal without what is known: that a field is missing, say, whose cell cannot be read.
fn without(known: &[String], mut error: ApiError) -> Result<(), Wrong> {
    let had_details = !error.body.details.is_empty();
    error.body.details.retain(|detail| !known.contains(&detail.field));
    if had_details && error.body.details.is_empty() { Ok(()) } else { Err(error.into()) }
}
