//! The layout of a sealed log: gzip members of whole rows, an index, and a trailer. Pure; knows no store.
//!
//! ```text
//! member member ... index(JSON) trailer(length of the index: 8 bytes little-endian, then MAGIC)
//! ```

use super::{BadRow, LogRow, parse_rows, row};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::ops::Range;

/// Uncompressed bytes after which a frame is closed; it goes on to the end of its row.
pub(super) const FRAME_BYTES: usize = 256 * 1024;
/// Ends every sealed log; its last digit is the version of the layout.
const MAGIC: &[u8; 8] = b"RUNYLOG1";
/// Bytes of the trailer.
pub(super) const TRAILER_BYTES: usize = 16;

/// What lies where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Index {
    /// Rows of the log.
    pub(super) rows: u64,
    /// Bytes of the log before compression.
    pub(super) bytes: u64,
    /// In order.
    pub(super) frames: Vec<Frame>,
}

/// One compressed piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Frame {
    /// Where it begins in the object.
    pub(super) offset: u64,
    /// How long it is in the object.
    pub(super) length: u64,
    /// How long it is unpacked.
    pub(super) bytes: u64,
    /// Rows before it.
    pub(super) first_row: u64,
    /// Rows in it.
    pub(super) rows: u64,
    /// Lowest number of a step in it.
    pub(super) first_step: u32,
    /// Highest number of a step in it.
    pub(super) last_step: u32,
}

impl Frame {
    /// Its place in the object.
    pub(super) fn range(&self) -> Range<u64> {
        self.offset..self.offset.saturating_add(self.length)
    }

    /// Whether a row of this step can be in it.
    pub(super) fn may_hold(&self, step: u32) -> bool {
        (self.first_step..=self.last_step).contains(&step)
    }

    fn add(&mut self, row: &LogRow, line: &[u8]) {
        self.bytes += line.len() as u64;
        self.rows += 1;
        self.first_step = self.first_step.min(row.step);
        self.last_step = self.last_step.max(row.step);
    }
}

/// Packs rows. The same rows give the same bytes.
pub(super) fn pack(ndjson: &[u8]) -> Result<(Vec<u8>, Index), BadRow> {
    let mut packer = Packer::default();
    for (number, line) in row::numbered(ndjson) {
        packer.add(&row::parse(number, line)?, line);
    }
    packer.close();
    Ok((packer.finish(), packer.index))
}

#[derive(Default)]
struct Packer {
    object: Vec<u8>,
    index: Index,
    open: Option<(Frame, GzEncoder<Vec<u8>>)>,
}

impl Packer {
    fn add(&mut self, row: &LogRow, line: &[u8]) {
        let (frame, encoder) = self.open.get_or_insert_with(|| {
            let frame = Frame {
                offset: self.object.len() as u64,
                length: 0,
                bytes: 0,
                first_row: self.index.rows,
                rows: 0,
                first_step: row.step,
                last_step: row.step,
            };
            (frame, GzEncoder::new(Vec::new(), Compression::default()))
        });
        encoder
            .write_all(line)
            .expect("memory takes all that is written to it");
        frame.add(row, line);
        if frame.bytes >= FRAME_BYTES as u64 {
            self.close();
        }
    }

    fn close(&mut self) {
        let Some((mut frame, encoder)) = self.open.take() else {
            return;
        };
        let packed = encoder
            .finish()
            .expect("memory takes all that is written to it");
        frame.length = packed.len() as u64;
        self.object.extend(packed);
        self.index.rows += frame.rows;
        self.index.bytes += frame.bytes;
        self.index.frames.push(frame);
    }

    fn finish(&mut self) -> Vec<u8> {
        let mut object = std::mem::take(&mut self.object);
        let index = serde_json::to_vec(&self.index).expect("an index is plain numbers");
        object.extend_from_slice(&index);
        object.extend_from_slice(&(index.len() as u64).to_le_bytes());
        object.extend_from_slice(MAGIC);
        object
    }
}

/// Where the index of an object of this size is, by its last [`TRAILER_BYTES`].
pub(super) fn index_range(trailer: &[u8], size: u64) -> Result<Range<u64>, String> {
    let (length, magic) = trailer.split_at_checked(8).ok_or("it is too short")?;
    if magic != MAGIC {
        return Err("it does not end as a log does".to_owned());
    }
    let length = u64::from_le_bytes(length.try_into().map_err(|_| "it is too short")?);
    let end = size.saturating_sub(TRAILER_BYTES as u64);
    let start = end
        .checked_sub(length)
        .ok_or("its index is longer than itself")?;
    Ok(start..end)
}

/// Reads an index and checks that its frames follow one another up to it.
pub(super) fn read_index(json: &[u8], index_start: u64) -> Result<Index, String> {
    let index: Index = serde_json::from_slice(json).map_err(|cause| cause.to_string())?;
    let mut end = 0;
    for frame in &index.frames {
        if frame.offset != end {
            return Err("its frames do not follow one another".to_owned());
        }
        end = frame.range().end;
    }
    match end == index_start {
        true => Ok(index),
        false => Err("its frames do not end where its index begins".to_owned()),
    }
}

/// Unpacks one frame; never more bytes than the index says.
pub(super) fn unpack(frame: &Frame, packed: &[u8]) -> Result<Vec<LogRow>, String> {
    let bytes = inflate(packed, frame.bytes).map_err(|cause| cause.to_string())?;
    if bytes.len() as u64 != frame.bytes {
        return Err(format!(
            "a frame has not the {} bytes that it should",
            frame.bytes
        ));
    }
    parse_rows(&bytes).map_err(|cause| cause.to_string())
}

fn inflate(packed: &[u8], bytes: u64) -> io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    GzDecoder::new(packed)
        .take(bytes.saturating_add(1))
        .read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(step: u32, text: &str) -> String {
        format!(
            "{}\n",
            serde_json::json!([step, 1_700_000_000_000_i64, text])
        )
    }

    #[test]
    fn a_frame_is_closed_at_its_size_and_holds_whole_rows() {
        let empty = line(1, "").len();
        let full = line(1, &"x".repeat(FRAME_BYTES / 8 - empty));
        assert_eq!(full.len(), FRAME_BYTES / 8);
        for (rows, frames) in [(0, 0), (1, 1), (8, 1), (9, 2), (16, 2), (17, 3)] {
            let (_, index) = pack(full.repeat(rows).as_bytes()).unwrap();
            assert_eq!((index.rows, index.frames.len()), (rows as u64, frames));
            assert_eq!(index.bytes, (rows * full.len()) as u64);
        }
    }

    #[test]
    fn an_object_that_was_cut_or_changed_is_noticed() {
        let ndjson = line(1, "a").repeat(10);
        let (object, index) = pack(ndjson.as_bytes()).unwrap();
        let size = object.len() as u64;
        let trailer = &object[object.len() - TRAILER_BYTES..];
        let range = index_range(trailer, size).unwrap();
        assert_eq!(range.start, index.frames[0].length);
        assert!(index_range(&trailer[1..], size).is_err());
        assert!(index_range(&[], size).is_err());
        assert!(index_range(trailer, 20).is_err());
        let json = &object[range.start as usize..range.end as usize];
        assert_eq!(read_index(json, range.start).unwrap(), index);
        assert!(read_index(json, range.start + 1).is_err());
        assert!(read_index(&json[1..], range.start).is_err());
        let packed = &object[..range.start as usize];
        assert_eq!(unpack(&index.frames[0], packed).unwrap().len(), 10);
        assert!(unpack(&index.frames[0], &packed[..packed.len() - 9]).is_err());
        for bytes in [ndjson.len() as u64 - 1, ndjson.len() as u64 + 1] {
            assert!(
                unpack(
                    &Frame {
                        bytes,
                        ..index.frames[0].clone()
                    },
                    packed
                )
                .is_err()
            );
        }
    }
}
