//! Tests of looking at files: what is kept of a good one, what is taken out of it, and a corpus of bad ones. Every file
//! is made here, byte by byte.

mod samples;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::{Limits, Media, Unfit, inspect, sniff, turn};
use samples::{Heif, heif, pdf, pdf_with, photograph, png_with, with_exif};

/// What must not come out again.
const SECRET: &[u8] = b"N31.9E120.0-secret";

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_photograph_is_set_upright_and_says_no_longer_where_it_was_taken() {
    let taken = with_exif(&photograph(60, 40), 6, SECRET);
    assert!(holds(&taken, SECRET));
    let clean = inspect(&taken, &Limits::default()).expect("a photograph");
    assert_eq!((clean.media, clean.pages, clean.size), (Media::Jpg, 1, Some((40, 60))));
    assert!(!holds(&clean.bytes, SECRET) && !holds(&clean.bytes, b"Exif"));
    let shown = image::load_from_memory(&clean.bytes).expect("a picture").into_rgb8();
    // The left half was red; turned by a quarter to the right it is the upper half.
    let (above, below) = (shown.get_pixel(20, 10), shown.get_pixel(20, 50));
    assert!(above[0] > 180 && above[2] < 80 && below[2] > 180 && below[0] < 80, "{above:?} {below:?}");
    let small = clean.small.expect("a small picture");
    assert_eq!(sniff(&small), Some(Media::Jpg));
    assert!(!holds(&small, SECRET));
}

#[test]
fn what_hides_behind_the_end_of_a_picture_or_in_its_chunks_is_gone() {
    for hidden in
        [&b"<script>alert(1)</script>"[..], b"PK\x03\x04 archive", b"%PDF-1.7 second file", b"<?php eval() ?>"]
    {
        let mut photo = photograph(20, 20);
        photo.extend_from_slice(hidden);
        let clean = inspect(&photo, &Limits::default()).expect("a photograph");
        assert!(!holds(&clean.bytes, hidden));
        let chunky = png_with(hidden);
        assert!(holds(&chunky, hidden));
        let clean = inspect(&chunky, &Limits::default()).expect("a picture");
        assert_eq!(clean.media, Media::Png);
        assert!(!holds(&clean.bytes, hidden));
    }
}

#[test]
fn a_huge_photograph_is_made_smaller_and_one_that_is_too_huge_is_refused() {
    let limits = Limits { side: 100, small_side: 10, points: 40_000, ..Limits::default() };
    let clean = inspect(&photograph(200, 150), &limits).expect("a photograph");
    assert_eq!(clean.size, Some((100, 75)));
    let small = image::load_from_memory(&clean.small.expect("a small picture")).expect("a picture");
    assert_eq!((small.width(), small.height()), (10, 8));
    assert_eq!(inspect(&photograph(201, 200), &limits), Err(Unfit::TooManyPoints));
    // A few bytes that promise four billion points: refused before any memory is asked for.
    assert_eq!(inspect(&samples::flood(65_500, 65_500), &Limits::default()), Err(Unfit::TooManyPoints));
    let mut promised = photograph(16, 16);
    let frame = promised.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame");
    promised[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(inspect(&promised, &Limits::default()), Err(Unfit::TooManyPoints));
}

#[test]
fn files_of_other_kinds_are_refused_whatever_they_are_called() {
    let others: [&[u8]; 16] = [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"PK\x03\x04\x14\x00\x06\x00word/document.xml",
        b"MZ\x90\x00 a program",
        b"\x7fELF a program",
        b"#!/bin/sh\nrm -rf /\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old office",
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        b"BM bitmap",
        b"{\"path\": \"/etc/passwd\"}",
        b"II*\x00 tiff",
        b"X5O!P%@AP[4\\PZX54(P^)7CC)7}",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1",
        b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42",
        b" %PDF-1.7 not at the beginning",
    ];
    for other in others {
        assert_eq!(inspect(other, &Limits::default()), Err(Unfit::Unknown), "{}", String::from_utf8_lossy(other));
    }
    assert_eq!(inspect(b"", &Limits::default()), Err(Unfit::Empty));
    let small = Limits { bytes: 100, ..Limits::default() };
    assert_eq!(inspect(&photograph(50, 50), &small), Err(Unfit::TooLarge { limit: 100 }));
}

#[test]
fn what_only_begins_like_a_file_is_damaged() {
    let whole = [png_with(b"x"), pdf(2), heif(&Heif::default())];
    for file in &whole {
        for part in [24, file.len() / 2] {
            assert_eq!(inspect(&file[..part], &Limits::default()), Err(Unfit::Damaged), "{:?}", sniff(file));
        }
    }
    for begins in [&b"\xff\xd8\xff\xe0<html><script>"[..], b"\x89PNG\r\n\x1a\n<html>", b"%PDF-1.7\n<html>"] {
        assert_eq!(inspect(begins, &Limits::default()), Err(Unfit::Damaged));
    }
}

#[test]
fn a_pdf_keeps_its_pages_and_loses_what_acts() {
    let clean = inspect(&pdf(3), &Limits::default()).expect("a PDF");
    assert_eq!((clean.media, clean.pages), (Media::Pdf, 3));
    assert!(holds(&clean.bytes, b"page 2 of the paper"), "what a page shows stays");
    let active = pdf_with(SECRET);
    for part in [&b"JavaScript"[..], b"OpenAction", b"EmbeddedFile", b"Launch", b"Author", b"Metadata", b"/URI", SECRET]
    {
        assert!(holds(&active, part), "{}", String::from_utf8_lossy(part));
    }
    let clean = inspect(&active, &Limits::default()).expect("a PDF");
    for part in
        [&b"JavaScript"[..], b"/JS", b"OpenAction", b"EmbeddedFile", b"Launch", b"Author", b"Metadata", b"/URI", SECRET]
    {
        assert!(!holds(&clean.bytes, part), "{}", String::from_utf8_lossy(part));
    }
    assert!(holds(&clean.bytes, b"look of a filled field"), "a filled field stays to be seen");
    assert!(holds(&clean.bytes, b"page 1 of the paper"));
    // What was cleaned is clean: nothing more is taken out.
    let again = inspect(&clean.bytes, &Limits::default()).expect("a PDF");
    assert_eq!(again.pages, clean.pages);
    assert_eq!(inspect(&pdf(5), &Limits { pages: 4, ..Limits::default() }), Err(Unfit::TooManyPages { limit: 4 }));
}

#[test]
fn a_pdf_that_unpacks_to_far_more_is_refused() {
    assert_eq!(inspect(&samples::packed_bomb(), &Limits::default()), Err(Unfit::TooMuchInside));
    assert_eq!(inspect(&samples::word_bomb(), &Limits::default()), Err(Unfit::TooMuchInside));
    // Brackets in brackets must not exhaust the stack, whatever becomes of the file.
    let deep = samples::deep(200_000);
    let looked = inspect(&deep, &Limits::default());
    assert!(looked.as_ref().is_ok_and(|clean| clean.bytes.len() < 10_000) || looked.is_err());
}

#[test]
fn a_pdf_with_a_password_is_refused_with_what_to_do() {
    let refused = inspect(&samples::locked(), &Limits::default()).expect_err("a locked file");
    assert_eq!(refused, Unfit::Locked);
    assert!(refused.text().zh.contains("密码"));
}

#[test]
fn a_photograph_of_a_newer_phone_loses_its_position_and_keeps_its_points() {
    let taken =
        heif(&Heif { exif: SECRET.to_vec(), behind: SECRET.to_vec(), between: SECRET.to_vec(), ..Heif::default() });
    assert!(holds(&taken, SECRET));
    let clean = inspect(&taken, &Limits::default()).expect("a photograph");
    assert_eq!((clean.media, clean.size, clean.bytes.len()), (Media::Heic, Some((64, 48)), taken.len()));
    assert!(!holds(&clean.bytes, SECRET));
    assert!(holds(&clean.bytes, samples::POINTS), "the picture itself stays");
    assert_eq!(inspect(&clean.bytes, &Limits::default()).expect("a photograph").bytes, clean.bytes);
    for hostile in [
        Heif { width: 60_000, height: 60_000, ..Heif::default() },
        Heif { extent_shift: 1 << 20, ..Heif::default() },
        Heif { brand: *b"mif1", ..Heif::default() },
    ] {
        assert!(inspect(&heif(&hostile), &Limits::default()).is_err());
    }
}

#[test]
fn a_page_is_turned_to_the_right() {
    let page = inspect(&photograph(60, 40), &Limits::default()).expect("a photograph");
    let turned = turn(&page.bytes, 1, &Limits::default()).expect("a photograph");
    assert_eq!(turned.size, Some((40, 60)));
    let shown = image::load_from_memory(&turned.bytes).expect("a picture").into_rgb8();
    assert!(shown.get_pixel(20, 10)[0] > 180, "the left side is above now");
    let back = turn(&turned.bytes, 3, &Limits::default()).expect("a photograph");
    assert_eq!(back.size, Some((60, 40)));
    let paper = inspect(&pdf(2), &Limits::default()).expect("a PDF");
    let turned = turn(&paper.bytes, 1, &Limits::default()).expect("a PDF");
    assert!(holds(&turned.bytes, b"/Rotate 90"));
    assert!(holds(&turn(&turned.bytes, 3, &Limits::default()).expect("a PDF").bytes, b"/Rotate 0"));
    assert_eq!(turn(&heif(&Heif::default()), 1, &Limits::default()), Err(Unfit::NotTurned));
}

#[test]
fn no_damage_of_a_single_byte_breaks_the_reader() {
    let files = [photograph(16, 12), png_with(b"x"), pdf_with(SECRET), heif(&Heif::default())];
    let limits = Limits { points: 1_000_000, ..Limits::default() };
    for file in &files {
        let step = file.len() / 150 + 1;
        for at in (0..file.len()).step_by(step) {
            let mut damaged = file.clone();
            damaged[at] ^= 0x81;
            if let Ok(clean) = inspect(&damaged, &limits) {
                assert_eq!(sniff(&clean.bytes), Some(clean.media));
            }
        }
    }
}

#[test]
fn every_reason_says_what_to_do_in_both_languages() {
    let reasons = [
        Unfit::Empty,
        Unfit::TooLarge { limit: 20 << 20 },
        Unfit::Unknown,
        Unfit::Damaged,
        Unfit::Locked,
        Unfit::TooManyPoints,
        Unfit::TooManyPages { limit: 200 },
        Unfit::TooMuchInside,
        Unfit::NotTurned,
    ];
    let codes: std::collections::BTreeSet<&str> = reasons.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), reasons.len());
    for reason in reasons {
        let text = reason.text();
        assert!(text.zh.contains('请') || text.zh.contains("只能"), "{}", text.zh);
        assert!(!text.en.is_empty());
    }
    assert!(Unfit::TooLarge { limit: 20 << 20 }.text().zh.contains("20 MB"));
}
