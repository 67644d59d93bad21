//! PDF files (ISO 32000): taken apart within bounds, and written anew with what their pages show and nothing else: no
//! scripts, no actions, no links, no attachments, no properties. Only named entries stay; it must never keep one because
//! nobody thought of it.

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

use super::{Clean, Limits, Media, Unfit};

/// Bytes that all packed objects of a file may unpack to.
const UNPACKED_MAX: usize = 8 << 20;
/// Each pack may always have so many.
const PACK_MIN: usize = 16 << 10;
/// Words a file may have at most: a word becomes an object of about a hundred bytes.
const WORDS_MAX: usize = 3_000_000;

/// Entries of the tree of pages that stay.
const TREE: [&[u8]; 9] =
    [b"Type", b"Parent", b"Kids", b"Count", b"Resources", b"MediaBox", b"CropBox", b"Rotate", b"UserUnit"];
/// Entries of a page that stay besides.
const PAGE: [&[u8]; 3] = [b"Contents", b"Group", b"Annots"];
/// Annotations that are part of what a reader sees: filled fields, stamps, marks.
const SEEN: [&[u8]; 14] = [
    b"Widget",
    b"Stamp",
    b"FreeText",
    b"Ink",
    b"Line",
    b"Square",
    b"Circle",
    b"Polygon",
    b"PolyLine",
    b"Highlight",
    b"Underline",
    b"StrikeOut",
    b"Squiggly",
    b"Caret",
];
/// Entries of such an annotation that stay: its kind, place and look.
const MARK: [&[u8]; 8] = [b"Type", b"Subtype", b"Rect", b"AP", b"AS", b"F", b"C", b"QuadPoints"];
/// Entries that no object keeps, wherever it stands: actions, scripts, files, forms of other standards, properties.
const NOWHERE: [&[u8]; 24] = [
    b"AA",
    b"A",
    b"JS",
    b"JavaScript",
    b"OpenAction",
    b"Launch",
    b"EmbeddedFiles",
    b"EmbeddedFile",
    b"EF",
    b"AF",
    b"RF",
    b"RichMedia",
    b"RichMediaContent",
    b"RichMediaSettings",
    b"XFA",
    b"AcroForm",
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"OPI",
    b"Ref",
    b"URI",
    b"Dests",
    b"Info",
];
/// Entries by which a stream lies in another file.
const ELSEWHERE: [&[u8]; 3] = [b"F", b"FFilter", b"FDecodeParms"];

pub(super) fn clean(bytes: &[u8], limits: &Limits) -> Result<Clean, Unfit> {
    let mut document = load(bytes)?;
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    if count == 0 {
        return Err(Unfit::Damaged);
    }
    if count > limits.pages {
        return Err(Unfit::TooManyPages { limit: limits.pages });
    }
    let catalog = document.catalog().map_err(|_| Unfit::Damaged)?;
    let tree = catalog.get(b"Pages").cloned().map_err(|_| Unfit::Damaged)?;
    let layers = catalog.get(b"OCProperties").cloned().ok();
    let mut catalog = Dictionary::new();
    catalog.set("Type", Object::Name(b"Catalog".to_vec()));
    catalog.set("Pages", tree.clone());
    if let Some(layers) = layers {
        catalog.set("OCProperties", layers);
    }
    let root = document.add_object(catalog);
    document.trailer = Dictionary::new();
    document.trailer.set("Root", root);
    thin_tree(&mut document, &tree, &pages);
    for page in &pages {
        thin_page(&mut document, *page);
    }
    document.traverse_objects(strip);
    document.prune_objects();
    write(document, count, limits)
}

pub(super) fn turn(bytes: &[u8], quarters: u8, limits: &Limits) -> Result<Clean, Unfit> {
    let mut document = load(bytes)?;
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    for page in &pages {
        let before = inherited(&document, *page).rem_euclid(360);
        if let Ok(page) = document.get_dictionary_mut(*page) {
            page.set("Rotate", (before + 90 * i64::from(quarters)) % 360);
        }
    }
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    write(document, count, limits)
}

fn load(bytes: &[u8]) -> Result<Document, Unfit> {
    let packs = packs(bytes);
    if words(bytes) > WORDS_MAX || packs > UNPACKED_MAX / PACK_MIN {
        return Err(Unfit::TooMuchInside);
    }
    let each = UNPACKED_MAX / packs.max(1);
    let options = LoadOptions { max_decompressed_size: Some(each), ..LoadOptions::default() };
    let document = match Document::load_mem_with_options(bytes, options) {
        Ok(document) => document,
        Err(lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. })) => {
            return Err(Unfit::TooMuchInside);
        }
        Err(lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_)) => return Err(Unfit::Locked),
        Err(_) => return Err(Unfit::Damaged),
    };
    if document.is_encrypted() { Err(Unfit::Locked) } else { Ok(document) }
}

fn write(mut document: Document, pages: u32, limits: &Limits) -> Result<Clean, Unfit> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).map_err(|_| Unfit::Damaged)?;
    if bytes.len() > limits.pdf_bytes.saturating_mul(2) {
        return Err(Unfit::TooMuchInside);
    }
    Ok(Clean { media: Media::Pdf, bytes, pages, size: None, small: None })
}

/// Leaves the nodes between the root and the pages what they hand down.
fn thin_tree(document: &mut Document, tree: &Object, pages: &[ObjectId]) {
    let mut waiting: Vec<ObjectId> = tree.as_reference().into_iter().collect();
    let mut seen = std::collections::BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if pages.contains(&id) || !seen.insert(id) {
            continue;
        }
        let Ok(node) = document.get_dictionary_mut(id) else { continue };
        keep(node, &[&TREE]);
        if let Ok(kids) = node.get(b"Kids").and_then(Object::as_array) {
            waiting.extend(kids.iter().filter_map(|kid| kid.as_reference().ok()));
        }
    }
}

fn thin_page(document: &mut Document, id: ObjectId) {
    let Ok(page) = document.get_dictionary_mut(id) else { return };
    keep(page, &[&TREE, &PAGE]);
    let Some(marks) = page.remove(b"Annots") else { return };
    let marks = match marks {
        Object::Reference(id) => document.get_object(id).and_then(Object::as_array).cloned().unwrap_or_default(),
        Object::Array(marks) => marks,
        _ => Vec::new(),
    };
    let mut kept = Vec::new();
    for mark in marks {
        let found = match &mark {
            Object::Reference(id) => document.get_dictionary(*id).cloned().ok(),
            Object::Dictionary(mark) => Some(mark.clone()),
            _ => None,
        };
        let Some(mut found) = found else { continue };
        let kind = found.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
        if SEEN.contains(&kind) && found.has(b"AP") {
            keep(&mut found, &[&MARK]);
            kept.push(Object::Dictionary(found));
        }
    }
    if let Ok(page) = document.get_dictionary_mut(id)
        && !kept.is_empty()
    {
        page.set("Annots", kept);
    }
}

fn keep(dictionary: &mut Dictionary, lists: &[&[&[u8]]]) {
    let gone: Vec<Vec<u8>> = dictionary.iter().map(|(name, _)| name.clone()).collect();
    for name in gone.iter().filter(|name| !lists.iter().any(|list| list.contains(&name.as_slice()))) {
        dictionary.remove(name);
    }
}

fn strip(object: &mut Object) {
    match object {
        Object::Dictionary(dictionary) => NOWHERE.iter().for_each(|name| drop(dictionary.remove(name))),
        Object::Stream(stream) => {
            NOWHERE.iter().chain(&ELSEWHERE).for_each(|name| drop(stream.dict.remove(name)));
        }
        Object::Null
        | Object::Boolean(_)
        | Object::Integer(_)
        | Object::Real(_)
        | Object::Name(_)
        | Object::String(..)
        | Object::Array(_)
        | Object::Reference(_) => {}
    }
}

/// How a page is turned, by itself or by a node above it.
fn inherited(document: &Document, page: ObjectId) -> i64 {
    let mut id = page;
    for _ in 0..32 {
        let Ok(node) = document.get_dictionary(id) else { break };
        if let Ok(turned) = node.get(b"Rotate").and_then(Object::as_i64) {
            return turned;
        }
        let Ok(above) = node.get(b"Parent").and_then(Object::as_reference) else { break };
        id = above;
    }
    0
}

/// How often the name of a pack of objects stands in a file, however it is written (`/ObjStm`, `/Obj#53tm`).
fn packs(bytes: &[u8]) -> usize {
    bytes.iter().enumerate().filter(|(at, byte)| **byte == b'/' && names_pack(&bytes[at + 1..])).count()
}

fn names_pack(rest: &[u8]) -> bool {
    let mut at = 0;
    for wanted in b"ObjStm" {
        let digit = |at: usize| rest.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let (byte, length) = match (rest.get(at), digit(at + 1), digit(at + 2)) {
            (Some(b'#'), Some(high), Some(low)) => (u8::try_from(high * 16 + low).ok(), 3),
            (byte, _, _) => (byte.copied(), 1),
        };
        if byte != Some(*wanted) {
            return false;
        }
        at += length;
    }
    true
}

/// Places where a word begins. Packed data has few of them, so it counts for little.
fn words(bytes: &[u8]) -> usize {
    let ends = |byte: u8| byte.is_ascii_whitespace() || b"()<>[]{}/%\0".contains(&byte);
    let mut before = true;
    let mut words = 0;
    for byte in bytes {
        let now = ends(*byte);
        words += usize::from((before && !now) || b"([<".contains(byte));
        before = now;
    }
    words
}
