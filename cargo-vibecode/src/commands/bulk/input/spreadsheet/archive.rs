//! The part of the archive that has the XML of a sheet, for what the library does not show of it.

use std::{
    fs::File,
    io::{self, BufReader, Read},
};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use zip::ZipArchive;

/// The XML of a part.
pub(super) type PartReader<R> = Reader<BufReader<R>>;

/// Calls `read` with the XML of the sheet with this name.
///
/// # Errors
/// If the archive has no such sheet or is damaged.
pub(super) fn read_sheet<T>(
    file: &File,
    name: &str,
    read: impl FnOnce(&mut PartReader<zip::read::ZipFile<'_, BufReader<&File>>>) -> io::Result<T>,
) -> io::Result<T> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(io::Error::other)?;
    let workbook = related(&mut archive, "", "_rels/.rels", |relation| {
        relation.kind.ends_with("/relationships/officeDocument")
    })?;
    let id = id_of_sheet(&mut archive, &workbook, name)?;
    let (folder, file_name) = folder_and_name(&workbook);
    let relations = format!("{folder}_rels/{file_name}.rels");
    let sheet = related(&mut archive, folder, &relations, |it| it.id == id)?;
    read(&mut part(&mut archive, &sheet)?)
}

/// One part's relation to another.
#[derive(Debug, Default)]
struct Relation {
    id: String,
    kind: String,
    target: String,
}

/// Returns the path of the part that a file of relations names.
fn related(
    archive: &mut ZipArchive<BufReader<&File>>,
    folder: &str,
    relations: &str,
    is_meant: impl Fn(&Relation) -> bool,
) -> io::Result<String> {
    let mut found = None;
    for_each_start(&mut part(archive, relations)?, |element| {
        if element.local_name().as_ref() == "Relationship" {
            let relation = Relation {
                id: attribute(element, "Id")?.unwrap_or_default(),
                kind: attribute(element, "Type")?.unwrap_or_default(),
                target: attribute(element, "Target")?.unwrap_or_default(),
            };
            if is_meant(&relation) {
                found = Some(relation.target);
            }
        }
        Ok(())
    })?;
    let target = found.ok_or_else(|| damaged("a relation is missing"))?;
    Ok(match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}{target}"),
    })
}

/// Returns the id of the sheet's relation to the workbook.
fn id_of_sheet(
    archive: &mut ZipArchive<BufReader<&File>>,
    workbook: &str,
    name: &str,
) -> io::Result<String> {
    let mut id = None;
    for_each_start(&mut part(archive, workbook)?, |element| {
        if id.is_none()
            && element.local_name().as_ref() == "sheet"
            && attribute(element, "name")?.as_deref() == Some(name)
        {
            id = attribute(element, "id")?;
        }
        Ok(())
    })?;
    id.ok_or_else(|| damaged("the sheet has no relation"))
}

/// Splits `xl/workbook.xml` after the last slash.
fn folder_and_name(path: &str) -> (&str, &str) {
    let end = path.rfind('/').map_or(0, |slash| slash + 1);
    path.split_at(end)
}

/// Opens a part. Some programs write other capitals or backslashes in the names of the archive.
fn part<'a, 'f>(
    archive: &'a mut ZipArchive<BufReader<&'f File>>,
    path: &str,
) -> io::Result<PartReader<zip::read::ZipFile<'a, BufReader<&'f File>>>> {
    let is_meant = |name: &str| name.replace('\\', "/").eq_ignore_ascii_case(path);
    let names = archive.file_names().flatten();
    let name = names
        .map(|name| name.to_string())
        .find(|name| is_meant(name));
    let name = name.ok_or_else(|| damaged("a part is missing"))?;
    let file = archive.by_name(&name).map_err(io::Error::other)?;
    let mut reader = Reader::from_reader(BufReader::new(file));
    let config = reader.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    Ok(reader)
}

fn for_each_start<R: Read>(
    reader: &mut PartReader<R>,
    mut visit: impl FnMut(&BytesStart<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader
            .read_event_into(&mut buffer)
            .map_err(io::Error::other)?
        {
            Event::Start(element) => visit(&element)?,
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Returns the value of an attribute, by its name without a namespace.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> io::Result<Option<String>> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(io::Error::other)?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            return Ok(Some(value.map_err(io::Error::other)?.into_owned()));
        }
    }
    Ok(None)
}

pub(super) fn damaged(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}
