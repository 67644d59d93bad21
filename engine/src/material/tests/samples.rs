//! Files for the tests of looking at files, good and hostile, made byte by byte.

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream, dictionary};

use super::*;

/// The coded points of the sample of a newer phone.
pub const POINTS: &[u8] = b"coded points of the picture";

/// A photograph, left half red, right half blue.
pub fn photograph(width: u32, height: u32) -> Vec<u8> {
    let picture =
        RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([230, 20, 20]) } else { Rgb([20, 20, 230]) });
    let mut bytes = Vec::new();
    let picture = DynamicImage::ImageRgb8(picture);
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg).expect("a picture");
    bytes
}

/// The same with what a camera adds: how it was held, and a text.
pub fn with_exif(photo: &[u8], orientation: u8, text: &[u8]) -> Vec<u8> {
    let mut tiff = b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00".to_vec();
    tiff.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend_from_slice(text);
    let mut segment = b"Exif\x00\x00".to_vec();
    segment.extend_from_slice(&tiff);
    let mut bytes = photo[..2].to_vec();
    bytes.extend_from_slice(&[0xff, 0xe1]);
    bytes.extend_from_slice(&u16::try_from(segment.len() + 2).expect("short").to_be_bytes());
    bytes.extend_from_slice(&segment);
    bytes.extend_from_slice(&photo[2..]);
    bytes
}

fn checked(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = u32::MAX;
    for byte in kind.iter().chain(data) {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    let mut chunk = u32::try_from(data.len()).expect("short").to_be_bytes().to_vec();
    chunk.extend_from_slice(kind);
    chunk.extend_from_slice(data);
    chunk.extend_from_slice(&(!sum).to_be_bytes());
    chunk
}

/// A small picture with a text in a chunk of its own and the same text behind its end.
pub fn png_with(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(24, 24, Rgb([1, 2, 3])));
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).expect("a picture");
    let mut chunk = b"Comment\x00".to_vec();
    chunk.extend_from_slice(text);
    bytes.splice(33..33, checked(b"tEXt", &chunk));
    bytes.extend_from_slice(text);
    bytes
}

/// A head that promises so many points.
pub fn flood(width: u32, height: u32) -> Vec<u8> {
    let mut head = width.to_be_bytes().to_vec();
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend(checked(b"IHDR", &head));
    bytes.extend(checked(b"IDAT", b"\x78\x9c\x03\x00\x00\x00\x00\x01"));
    bytes.extend(checked(b"IEND", b""));
    bytes
}

fn blank(pages: u32) -> (Document, Vec<lopdf::ObjectId>) {
    let mut document = Document::with_version("1.7");
    let tree = document.new_object_id();
    let mut ids = Vec::new();
    for page in 0..pages {
        let words = Object::string_literal(format!("page {page} of the paper"));
        let content = Content { operations: vec![Operation::new("Tj", vec![words])] };
        let content = Stream::new(Dictionary::new(), content.encode().expect("content")).with_compression(false);
        let content = document.add_object(content);
        ids.push(document.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        }));
    }
    let kids: Vec<Object> = ids.iter().map(|id| (*id).into()).collect();
    let tree_node = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => i64::from(pages) };
    document.objects.insert(tree, Object::Dictionary(tree_node));
    let root = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", root);
    (document, ids)
}

fn saved(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("a document");
    bytes
}

/// A plain document.
pub fn pdf(pages: u32) -> Vec<u8> {
    saved(blank(pages).0)
}

/// A document with everything that must not stay: scripts, a program to start, an attachment, links, properties.
pub fn pdf_with(text: &[u8]) -> Vec<u8> {
    let (mut document, pages) = blank(2);
    let text = || Object::string_literal(text);
    let script = document.add_object(dictionary! { "S" => "JavaScript", "JS" => text() });
    let program = document.add_object(dictionary! { "S" => "Launch", "F" => text() });
    let link =
        dictionary! { "Type" => "Annot", "Subtype" => "Link", "A" => dictionary! { "S" => "URI", "URI" => text() } };
    let link = document.add_object(link);
    let file = Stream::new(dictionary! { "Type" => "EmbeddedFile" }, super::SECRET.to_vec()).with_compression(false);
    let file = document.add_object(file);
    let file =
        document.add_object(dictionary! { "Type" => "Filespec", "F" => text(), "EF" => dictionary! { "F" => file } });
    let look =
        Stream::new(dictionary! { "Subtype" => "Form" }, b"look of a filled field".to_vec()).with_compression(false);
    let look = document.add_object(look);
    let field = document.add_object(dictionary! {
        "Type" => "Annot", "Subtype" => "Widget", "AP" => dictionary! { "N" => look }, "V" => text(), "A" => program,
        "AA" => dictionary! { "E" => script }, "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()],
    });
    let page = document.get_dictionary_mut(pages[1]).expect("a page");
    page.set("Annots", vec![link.into(), field.into()]);
    page.set("AA", dictionary! { "O" => script });
    let described = Stream::new(dictionary! { "Type" => "Metadata" }, super::SECRET.to_vec()).with_compression(false);
    let described = document.add_object(described);
    let properties = document.add_object(dictionary! { "Author" => text() });
    document.trailer.set("Info", properties);
    let catalog = document.catalog_mut().expect("a catalog");
    catalog.set("OpenAction", script);
    catalog.set("Metadata", described);
    catalog.set(
        "Names",
        dictionary! {
            "EmbeddedFiles" => dictionary! { "Names" => vec![text(), file.into()] },
            "JavaScript" => dictionary! { "Names" => vec![text(), script.into()] },
        },
    );
    saved(document)
}

/// A document that opens with a password only.
pub fn locked() -> Vec<u8> {
    let (mut document, _) = blank(1);
    document
        .trailer
        .set("ID", vec![Object::string_literal("0123456789abcdef"), Object::string_literal("0123456789abcdef")]);
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "user",
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).expect("a key");
    document.encrypt(&state).expect("a locked document");
    saved(document)
}

/// Objects packed so well that a few kilobytes become many megabytes; the name of the pack is written in another way.
pub fn packed_bomb() -> Vec<u8> {
    let mut pack = Stream::new(dictionary! { "N" => 1, "First" => 4 }, {
        let mut inside = b"9 0 [".to_vec();
        inside.resize(64 << 20, b' ');
        inside
    });
    pack.compress().expect("compressed");
    let mut bytes = b"%PDF-1.7\n1 0 obj\n<< /Type /Obj#53tm /Filter /FlateDecode /N 1 /First 4 /Length ".to_vec();
    bytes.extend_from_slice(format!("{} >>\nstream\n", pack.content.len()).as_bytes());
    bytes.extend_from_slice(&pack.content);
    bytes.extend_from_slice(b"\nendstream\nendobj\n");
    let at = bytes.len();
    let rows = [[0_u8, 0, 0, 0], [1, 0, 9, 0], [2, 0, 1, 0]].concat();
    let head = format!(
        "2 0 obj\n<< /Type /XRef /Size 10 /Root 9 0 R /W [1 2 1] /Index [0 2 9 1] /Length {} >>\nstream\n",
        rows.len()
    );
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(&rows);
    bytes.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{at}\n%%EOF\n").as_bytes());
    bytes
}

/// Millions of words: each becomes an object of a hundred bytes.
pub fn word_bomb() -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n1 0 obj\n[".to_vec();
    bytes.extend(std::iter::repeat_n(*b"1 ", 4_000_000).flatten());
    bytes.extend_from_slice(b"]\nendobj\n");
    bytes
}

/// Brackets in brackets.
pub fn deep(levels: usize) -> Vec<u8> {
    let mut bytes = pdf(1);
    let mut nested = b"7 0 obj\n".to_vec();
    nested.extend(std::iter::repeat_n(b'[', levels));
    nested.extend(std::iter::repeat_n(b']', levels));
    nested.extend_from_slice(b"\nendobj\n");
    bytes.splice(9..9, nested);
    bytes
}

/// A photograph of a newer phone in parts.
pub struct Heif {
    pub brand: [u8; 4],
    pub width: u32,
    pub height: u32,
    pub exif: Vec<u8>,
    pub between: Vec<u8>,
    pub behind: Vec<u8>,
    pub extent_shift: u32,
}

impl Default for Heif {
    fn default() -> Heif {
        let text = || b"-".to_vec();
        Heif { brand: *b"heic", width: 64, height: 48, exif: text(), between: text(), behind: text(), extent_shift: 0 }
    }
}

fn part(kind: &[u8; 4], inside: &[&[u8]]) -> Vec<u8> {
    let inside = inside.concat();
    let mut bytes = u32::try_from(inside.len() + 8).expect("short").to_be_bytes().to_vec();
    bytes.extend_from_slice(kind);
    bytes.extend_from_slice(&inside);
    bytes
}

/// Writes it.
pub fn heif(made: &Heif) -> Vec<u8> {
    let ftyp = part(b"ftyp", &[&made.brand, &[0; 4], b"mif1", &made.brand]);
    let describe = |points_at: usize, exif_at: usize| {
        let item = |id: u8, kind: &[u8; 4]| part(b"infe", &[&[2, 0, 0, 0, 0, id, 0, 0], kind, &[0]]);
        let iinf = part(b"iinf", &[&[0, 0, 0, 0, 0, 2], &item(1, b"hvc1"), &item(2, b"Exif")]);
        let (width, height) = (made.width.to_be_bytes(), made.height.to_be_bytes());
        let iprp = part(b"iprp", &[&part(b"ipco", &[&part(b"ispe", &[&[0; 4], &width, &height])])]);
        let place = |id: u8, at: usize, length: usize| {
            let at = u32::try_from(at).expect("short") + made.extent_shift;
            [&[0, id, 0, 0, 0, 1][..], &at.to_be_bytes(), &u32::try_from(length).expect("short").to_be_bytes()].concat()
        };
        let places = [place(1, points_at, POINTS.len()), place(2, exif_at, made.exif.len())].concat();
        let iloc = part(b"iloc", &[&[0, 0, 0, 0, 0x44, 0, 0, 2], &places]);
        let hidden = part(b"uuid", &[&made.between]);
        part(b"meta", &[&[0; 4], &part(b"hdlr", &[b"\0\0\0\0\0\0\0\0pict"]), &iinf, &iprp, &iloc, &hidden])
    };
    let start = ftyp.len() + describe(0, 0).len() + 8;
    let exif_at = start + POINTS.len() + made.between.len();
    let mdat = part(b"mdat", &[POINTS, &made.between, &made.exif]);
    [ftyp, describe(start, exif_at), mdat, part(b"uuid", &[&made.behind])].concat()
}
