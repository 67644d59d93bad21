//! Photographs: decoded within bounds, set upright, made smaller where they are huge, and written anew. What is written
//! holds points and nothing else. It must never copy a byte of the file it read.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::error::LimitErrorKind;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat};

use super::{Clean, Limits, Media, Unfit};

/// Enough to read small print on a photographed sheet.
const QUALITY: u8 = 88;
const SMALL_QUALITY: u8 = 70;

pub(super) fn clean(bytes: &[u8], media: Media, limits: &Limits) -> Result<Clean, Unfit> {
    write(decode(bytes, media, limits)?, media, limits)
}

pub(super) fn turn(bytes: &[u8], media: Media, quarters: u8, limits: &Limits) -> Result<Clean, Unfit> {
    let picture = decode(bytes, media, limits)?;
    let turned = match quarters {
        1 => picture.rotate90(),
        2 => picture.rotate180(),
        3 => picture.rotate270(),
        _ => picture,
    };
    write(turned, media, limits)
}

fn decode(bytes: &[u8], media: Media, limits: &Limits) -> Result<DynamicImage, Unfit> {
    if media == Media::Png {
        upright(PngDecoder::with_limits(Cursor::new(bytes), bounds(limits)).map_err(unfit)?, limits)
    } else {
        upright(JpegDecoder::new(Cursor::new(bytes)).map_err(unfit)?, limits)
    }
}

fn upright(mut decoder: impl ImageDecoder, limits: &Limits) -> Result<DynamicImage, Unfit> {
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(Unfit::Damaged);
    }
    if u64::from(width) * u64::from(height) > limits.points {
        return Err(Unfit::TooManyPoints);
    }
    decoder.set_limits(bounds(limits)).map_err(unfit)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unfit)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Memory for the points of the largest picture and a little more.
fn bounds(limits: &Limits) -> image::Limits {
    let mut bounds = image::Limits::default();
    bounds.max_alloc = Some(limits.points.saturating_mul(8));
    bounds
}

fn unfit(error: ImageError) -> Unfit {
    match error {
        ImageError::Limits(error) => match error.kind() {
            LimitErrorKind::DimensionError => Unfit::TooManyPoints,
            _ => Unfit::TooMuchInside,
        },
        _ => Unfit::Damaged,
    }
}

fn write(picture: DynamicImage, media: Media, limits: &Limits) -> Result<Clean, Unfit> {
    let long = picture.width().max(picture.height());
    let picture =
        if long > limits.side { picture.resize(limits.side, limits.side, FilterType::Triangle) } else { picture };
    let small = jpeg(&picture.thumbnail(limits.small_side, limits.small_side), SMALL_QUALITY)?;
    let size = Some((picture.width(), picture.height()));
    let bytes = if media == Media::Png {
        let mut bytes = Vec::new();
        let eight_bits = if picture.color().has_alpha() {
            DynamicImage::ImageRgba8(picture.into_rgba8())
        } else if picture.color().has_color() {
            DynamicImage::ImageRgb8(picture.into_rgb8())
        } else {
            DynamicImage::ImageLuma8(picture.into_luma8())
        };
        eight_bits.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).map_err(unfit)?;
        bytes
    } else {
        jpeg(&picture, QUALITY)?
    };
    Ok(Clean { media, bytes, pages: 1, size, small: Some(small) })
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, Unfit> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    let done = if picture.color().has_color() {
        encoder.encode_image(&picture.to_rgb8())
    } else {
        encoder.encode_image(&picture.to_luma8())
    };
    done.map_err(unfit)?;
    Ok(bytes)
}
