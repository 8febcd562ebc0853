//! The hidden rows of a sheet, read from its XML: calamine does not report them.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::collections::{HashMap, HashSet};
use std::io::{BufReader, Read, Seek};
use zip::ZipArchive;

/// Why the rows cannot be looked at.
pub(super) type SheetXmlError = Box<dyn std::error::Error + Send + Sync>;

const WORKBOOK: &str = "xl/workbook.xml";
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";

/// The 0-based numbers of the rows of a sheet that are hidden, by hand, by a filter or in a closed group.
///
/// # Errors
/// The file is not a workbook, or its XML is broken.
pub(super) fn hidden_rows<R: Read + Seek>(source: R, sheet: &str) -> Result<HashSet<u32>, SheetXmlError> {
    let mut archive = ZipArchive::new(source)?;
    let path = path_of(&mut archive, sheet)?;
    let (mut hidden, mut next) = (HashSet::new(), 0);
    each_element(archive.by_name(&path)?, &mut |element| {
        if element.local_name().as_ref() == "row" {
            let number = attribute(element, "r").and_then(|number| number.parse::<u32>().ok());
            let row = number.map_or(next, |number| number.saturating_sub(1));
            next = row.saturating_add(1);
            let is_flat = attribute(element, "ht").is_some_and(|height| height.parse() == Ok(0.0));
            if is_flat || attribute(element, "hidden").is_some_and(|hidden| hidden == "1" || hidden == "true")
            {
                hidden.insert(row);
            }
        }
    })?;
    Ok(hidden)
}

/// The path of a sheet in the archive.
fn path_of<R: Read + Seek>(archive: &mut ZipArchive<R>, sheet: &str) -> Result<String, SheetXmlError> {
    let mut id = None;
    each_element(archive.by_name(WORKBOOK)?, &mut |element| {
        if element.local_name().as_ref() == "sheet" && attribute(element, "name").as_deref() == Some(sheet) {
            id = attribute(element, "id");
        }
    })?;
    let id = id.ok_or("the sheet has no relation")?;
    let mut targets = HashMap::new();
    each_element(archive.by_name(RELATIONS)?, &mut |element| {
        if let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target")) {
            targets.insert(id, target);
        }
    })?;
    let target = targets.remove(&id).ok_or("the sheet has no part")?;
    Ok(match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{target}"),
    })
}

fn each_element(source: impl Read, visit: &mut dyn FnMut(&BytesStart<'_>)) -> Result<(), SheetXmlError> {
    let mut reader = Reader::from_reader(BufReader::new(source));
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer)? {
            Event::Start(element) | Event::Empty(element) => visit(&element),
            Event::Eof => return Ok(()),
            _ => {}
        }
        buffer.clear();
    }
}

/// The value of an attribute, whatever its namespace prefix.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes().flatten();
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}
