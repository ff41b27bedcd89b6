//! What a file is, by its content, and how it may be called. Pure.

/// Longest name, so that every file system takes it.
const NAME_CHARS_MAX: usize = 150;

/// Kinds that are taken: media type, endings that fit it. Documents, pictures, drawings and tables; nothing that
/// runs, and nothing that a browser would show as a page of ours.
const KINDS: &[(&str, &[&str])] = &[
    ("application/pdf", &["pdf"]),
    ("image/png", &["png"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/gif", &["gif"]),
    ("image/webp", &["webp"]),
    ("image/bmp", &["bmp"]),
    ("image/tiff", &["tif", "tiff"]),
    ("image/vnd.dwg", &["dwg"]),
    ("video/mp4", &["mp4"]),
    ("application/zip", &["zip"]),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"]),
    ("application/vnd.oasis.opendocument.text", &["odt"]),
    ("application/vnd.oasis.opendocument.spreadsheet", &["ods"]),
];
const TEXT: &str = "text/plain; charset=utf-8";
/// Endings of plain texts: notes, tables, drawings and programs of machines.
const TEXTS: &[&str] =
    &["txt", "csv", "md", "log", "json", "step", "stp", "igs", "iges", "dxf", "nc", "cnc", "gcode", "tap", "mpf"];

/// The media type of a content, if files of that kind are taken and the name fits it.
///
/// # Errors
/// Says what is taken.
pub(super) fn of(content: &[u8], name: &str) -> Result<&'static str, String> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    // Two letters are no proof: a text may begin with BM or MZ.
    let is_weak = |found: &&str| is_text(content) && (found.ends_with("/bmp") || found.ends_with("-executable"));
    let found = infer::get(content).map(|kind| kind.mime_type()).filter(|found| !is_weak(found));
    let (media_type, endings) = match found {
        Some(found) => KINDS.iter().copied().find(|(media_type, _)| *media_type == found).ok_or_else(|| {
            format!("is {found}, which is not taken; documents, pictures, drawings, tables and texts are")
        })?,
        None if is_text(content) => (TEXT, TEXTS),
        None => return Err("is of no known kind; documents, pictures, drawings, tables and texts are taken".into()),
    };
    if endings.contains(&ending.as_str()) {
        return Ok(media_type);
    }
    Err(format!("is {media_type}, so its name must end in .{}", endings.join(", .")))
}

fn is_text(content: &[u8]) -> bool {
    let is_fine = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    std::str::from_utf8(content).is_ok_and(|text| text.strip_prefix('\u{feff}').unwrap_or(text).chars().all(is_fine))
}

/// A name without a path and without what file systems, shells and headers take for something else.
///
/// # Errors
/// When nothing is left of it.
pub(super) fn name(given: &str) -> Result<String, String> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    // Marks that turn the direction of writing can hide an ending: "fdp.exe" shown as "exe.pdf".
    let is_hidden =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let clean = last.chars().filter(|c| !c.is_control() && !is_hidden(*c)).map(|c| match c {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
        c => c,
    });
    let clean: String = clean.collect();
    let clean = clean.trim_matches(|c: char| c.is_whitespace() || c == '.');
    let (stem, ending) = clean.rsplit_once('.').ok_or("must have an ending such as .pdf")?;
    let stem = stem.trim_end_matches(|c: char| c.is_whitespace() || c == '.');
    if stem.is_empty() || ending.chars().count() > 10 {
        return Err("is no name of a file such as drawing.pdf".into());
    }
    let room = NAME_CHARS_MAX - ending.chars().count() - 1;
    let stem: String = stem.chars().take(room).collect();
    Ok(format!("{stem}.{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn the_content_counts_and_the_name_must_fit() {
        assert_eq!(of(b"%PDF-1.7\n", "a.PDF"), Ok("application/pdf"));
        assert_eq!(of(PNG, "a.png"), Ok("image/png"));
        assert_eq!(of(PNG, "a.pdf"), Err("is image/png, so its name must end in .png".into()));
        assert_eq!(of(b"BMW, MZ\n", "a.csv"), Ok(TEXT));
        assert_eq!(of("G01 X5; Ø\n".as_bytes(), "a.nc"), Ok(TEXT));
        for (content, name) in [
            (&b"\x7fELF\x02\x01\x01\0"[..], "a.pdf"),
            (b"MZ\x90\0\x03", "a.txt"),
            (b"<!DOCTYPE html><script>", "a.txt"),
            (b"<html><script>", "a.html"),
            (b"#!/bin/sh\nrm", "a.txt"),
            (b"\0\x01\x02\x03\x04", "a.txt"),
            (b"alert(1)", "a.js"),
            (b"<svg onload=alert(1)>", "a.svg"),
        ] {
            assert!(of(content, name).is_err(), "{name} {content:?}");
        }
    }

    #[test]
    fn names_are_made_harmless() {
        let check = |given: &str, expect: &str| assert_eq!(name(given).as_deref(), Ok(expect), "{given:?}");
        check("Zeichnung 5.pdf", "Zeichnung 5.pdf");
        check("../../etc/passwd.txt", "passwd.txt");
        check("C:\\temp\\a.pdf", "a.pdf");
        check("..hidden.pdf", "hidden.pdf");
        check("a\"\r\nSet-Cookie: x.pdf", "a_Set-Cookie_ x.pdf");
        check("exe\u{202e}fdp.pdf", "exefdp.pdf");
        assert_eq!(name(&format!("{}.pdf", "ä".repeat(500))).unwrap().chars().count(), NAME_CHARS_MAX);
        for wrong in ["", ".", "..", "pdf", ".pdf", "a/", "a. .", "x.verylongending"] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn a_harmless_name_stays_as_it_is(given in any::<String>()) {
            if let Ok(once) = name(&given) {
                prop_assert!(!once.contains(['/', '\\', '"', '\r', '\n']) && !once.starts_with('.'));
                prop_assert_eq!(name(&once), Ok(once.clone()));
            }
        }
    }
}
