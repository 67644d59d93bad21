//! Photographs of newer phones (HEIF, ISO/IEC 23008-12): boxes in boxes. The points stay as they are; everything that is
//! no picture (position, camera, edits, what stands between or behind the boxes) is overwritten with zeros, so that no
//! address inside the file changes. It must never follow an address without checking it.

use std::ops::Range;

use super::{Clean, Limits, Media, Unfit};

/// Brands of still pictures coded with HEVC.
const BRANDS: [&[u8; 4]; 5] = [b"heic", b"heix", b"heim", b"heis", b"mif1"];
/// Items or extents a photograph has at most; phones cut a picture into some hundred tiles.
const PARTS_MAX: usize = 4096;
/// Boxes of a photograph's description that are kept.
const KEPT: [&[u8; 4]; 9] = [b"hdlr", b"dinf", b"pitm", b"iinf", b"iref", b"iprp", b"idat", b"iloc", b"grpl"];

/// Does it begin as such a photograph?
pub(super) fn begins(bytes: &[u8]) -> bool {
    if bytes.get(4..8) != Some(b"ftyp") {
        return false;
    }
    let length = number(bytes, 0..4).unwrap_or(0);
    let brands = bytes.get(8..usize::try_from(length).unwrap_or(0).min(256)).unwrap_or_default();
    let first = brands.get(..4).is_some_and(|brand| BRANDS.iter().any(|known| brand == *known));
    // `mif1` alone says only that it is HEIF; an HEVC brand must stand among the others.
    first && brands.chunks(4).any(|brand| BRANDS[..4].iter().any(|known| brand == *known))
}

/// A box: its type and what is inside it.
struct Part {
    kind: [u8; 4],
    inside: Range<usize>,
}

/// One item of the file and where its bytes stand.
struct Item {
    id: u64,
    kind: [u8; 4],
    /// Extents in the file.
    outside: Vec<Range<usize>>,
    /// Extents in the box of small data.
    within: Vec<Range<usize>>,
}

pub(super) fn clean(bytes: &[u8], limits: &Limits) -> Result<Clean, Unfit> {
    let mut bytes = bytes.to_vec();
    let top = parts(&bytes, 0..bytes.len())?;
    let meta = one(&top, b"meta")?.inside.clone();
    // Its own version and flags stand before the boxes.
    let described = parts(&bytes, meta.start.saturating_add(4)..meta.end)?;
    let size = largest(&bytes, &described)?;
    if u64::from(size.0) * u64::from(size.1) > limits.points {
        return Err(Unfit::TooManyPoints);
    }
    let items = items(&bytes, &described)?;
    if !items.iter().any(|item| &item.kind == b"hvc1" && !item.outside.is_empty()) {
        return Err(Unfit::Damaged);
    }
    let pictures = |item: &&Item| !matches!(&item.kind, b"Exif" | b"mime" | b"uri ");
    let mut kept: Vec<Range<usize>> = items.iter().filter(pictures).flat_map(|item| item.outside.clone()).collect();
    kept.sort_by_key(|range| range.start);
    let mut wiped: Vec<Range<usize>> = Vec::new();
    for item in items.iter().filter(|item| !pictures(item)) {
        wiped.extend(item.within.iter().cloned());
    }
    let mut renamed = Vec::new();
    for part in &top {
        match &part.kind {
            b"ftyp" | b"meta" => {}
            b"mdat" => wiped.extend(between(&part.inside, &kept)),
            _ => {
                renamed.push(part.inside.start);
                wiped.push(part.inside.clone());
            }
        }
    }
    for part in described.iter().filter(|part| !KEPT.contains(&&part.kind)) {
        renamed.push(part.inside.start);
        wiped.push(part.inside.clone());
    }
    // Only a box with a short head ends its type right before its content; a long one keeps its name, and is empty now.
    for start in renamed {
        let short = start.checked_sub(8).and_then(|at| number(&bytes, at..at + 4)).is_some_and(|length| length != 1);
        if let Some(kind) = start.checked_sub(4).filter(|_| short).and_then(|at| bytes.get_mut(at..start)) {
            kind.copy_from_slice(b"free");
        }
    }
    for range in wiped {
        bytes.get_mut(range).ok_or(Unfit::Damaged)?.fill(0);
    }
    Ok(Clean { media: Media::Heic, bytes, pages: 1, size: Some(size), small: None })
}

/// The boxes of a range, which they must fill exactly.
fn parts(bytes: &[u8], range: Range<usize>) -> Result<Vec<Part>, Unfit> {
    let mut parts = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let head = |from: usize, to: usize| number(bytes, at + from..at + to).ok_or(Unfit::Damaged);
        let (short, kind) = (head(0, 4)?, bytes.get(at + 4..at + 8).ok_or(Unfit::Damaged)?);
        let (length, before) = match short {
            0 => ((range.end - at) as u64, 8),
            1 => (head(8, 16)?, 16),
            length => (length, 8),
        };
        let length = usize::try_from(length).map_err(|_| Unfit::Damaged)?;
        let end = at.checked_add(length).filter(|end| *end <= range.end).ok_or(Unfit::Damaged)?;
        let kind = kind.try_into().map_err(|_| Unfit::Damaged)?;
        if at + before > end || parts.len() == PARTS_MAX {
            return Err(Unfit::Damaged);
        }
        parts.push(Part { kind, inside: at + before..end });
        at = end;
    }
    Ok(parts)
}

fn one<'p>(parts: &'p [Part], kind: &[u8; 4]) -> Result<&'p Part, Unfit> {
    let mut found = parts.iter().filter(|part| part.kind == *kind);
    match (found.next(), found.next()) {
        (Some(part), None) => Ok(part),
        _ => Err(Unfit::Damaged),
    }
}

/// Width and height of the largest picture that is described.
fn largest(bytes: &[u8], described: &[Part]) -> Result<(u32, u32), Unfit> {
    let properties = parts(bytes, one(described, b"iprp")?.inside.clone())?;
    let properties = parts(bytes, one(&properties, b"ipco")?.inside.clone())?;
    let sizes = properties.iter().filter(|part| &part.kind == b"ispe").filter_map(|part| {
        let at = part.inside.start;
        let side = |from: usize| number(bytes, at + from..at + from + 4).and_then(|side| u32::try_from(side).ok());
        Some((side(4)?, side(8)?))
    });
    let largest = sizes.max_by_key(|(width, height)| u64::from(*width) * u64::from(*height));
    largest.filter(|(width, height)| *width > 0 && *height > 0).ok_or(Unfit::Damaged)
}

/// Reads numbers one after the other.
struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    end: usize,
}

impl Reader<'_> {
    fn take(&mut self, width: usize) -> Result<u64, Unfit> {
        let next = self.at + width;
        let value = if width == 0 { Some(0) } else { number(self.bytes, self.at..next) };
        self.at = next;
        value.filter(|_| next <= self.end).ok_or(Unfit::Damaged)
    }
}

/// Every item with its kind (box `iinf`) and its place (box `iloc`).
fn items(bytes: &[u8], described: &[Part]) -> Result<Vec<Item>, Unfit> {
    let kinds = kinds(bytes, one(described, b"iinf")?)?;
    let small = described.iter().find(|part| &part.kind == b"idat").map_or(0..0, |part| part.inside.clone());
    let place = one(described, b"iloc")?;
    let mut reader = Reader { bytes, at: place.inside.start, end: place.inside.end };
    let version = reader.take(1)?;
    reader.take(3)?;
    let sizes = reader.take(2)?;
    let width = |shift: u32| -> usize { ((sizes >> shift) & 15) as usize };
    let (offset_width, length_width, base_width) = (width(12), width(8), width(4));
    let index_width = if version == 0 { 0 } else { width(0) };
    if version > 2 || [offset_width, length_width, base_width, index_width].iter().any(|w| ![0, 4, 8].contains(w)) {
        return Err(Unfit::Damaged);
    }
    let wide = if version < 2 { 2 } else { 4 };
    let count = reader.take(wide)?;
    let mut items = Vec::new();
    let mut extents = 0;
    for _ in 0..count {
        let id = reader.take(wide)?;
        let method = if version == 0 { 0 } else { reader.take(2)? & 15 };
        reader.take(2)?;
        let base = reader.take(base_width)?;
        let several = reader.take(2)?;
        extents += usize::try_from(several).unwrap_or(PARTS_MAX);
        if extents > PARTS_MAX || method > 1 {
            return Err(Unfit::Damaged);
        }
        let known = kinds.iter().find(|(known, _)| *known == id);
        let kind = known.map(|(_, kind)| *kind).ok_or(Unfit::Damaged)?;
        let mut item = Item { id, kind, outside: Vec::new(), within: Vec::new() };
        let whole = if method == 0 { 0..bytes.len() } else { small.clone() };
        for _ in 0..several {
            reader.take(index_width)?;
            let offset = base.checked_add(reader.take(offset_width)?).ok_or(Unfit::Damaged)?;
            let length = reader.take(length_width)?;
            let start = usize::try_from(offset).ok().and_then(|at| at.checked_add(whole.start));
            let start = start.ok_or(Unfit::Damaged)?;
            let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length));
            let end = end.filter(|end| *end <= whole.end).ok_or(Unfit::Damaged)?;
            if method == 0 { &mut item.outside } else { &mut item.within }.push(start..end);
        }
        if items.iter().any(|known: &Item| known.id == id) {
            return Err(Unfit::Damaged);
        }
        items.push(item);
    }
    Ok(items)
}

/// Items by their number, with their kinds.
fn kinds(bytes: &[u8], part: &Part) -> Result<Vec<(u64, [u8; 4])>, Unfit> {
    let mut reader = Reader { bytes, at: part.inside.start, end: part.inside.end };
    let version = reader.take(1)?;
    reader.take(3)?;
    reader.take(if version == 0 { 2 } else { 4 })?;
    let entries = parts(bytes, reader.at..part.inside.end)?;
    let mut kinds = Vec::new();
    for entry in entries.iter().filter(|entry| &entry.kind == b"infe") {
        let mut reader = Reader { bytes, at: entry.inside.start, end: entry.inside.end };
        let version = reader.take(1)?;
        reader.take(3)?;
        let id = match version {
            2 => reader.take(2)?,
            3 => reader.take(4)?,
            _ => return Err(Unfit::Damaged),
        };
        reader.take(2)?;
        let kind = u32::try_from(reader.take(4)?).map_err(|_| Unfit::Damaged)?;
        kinds.push((id, kind.to_be_bytes()));
    }
    Ok(kinds)
}

/// What of a range none of the sorted others covers.
fn between(range: &Range<usize>, sorted: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut gaps = Vec::new();
    let mut at = range.start;
    for kept in sorted {
        if kept.start > at {
            gaps.push(at..kept.start.min(range.end));
        }
        at = at.max(kept.end);
        if at >= range.end {
            return gaps;
        }
    }
    gaps.push(at..range.end);
    gaps
}

/// A number in network order.
fn number(bytes: &[u8], range: Range<usize>) -> Option<u64> {
    Some(bytes.get(range)?.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
}
