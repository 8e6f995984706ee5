//! What the pages promise: listings that are compiled, files that are there, links that lead somewhere,
//! figures that can be heard, and one shape for every chapter.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

const BOOK: &str = env!("CARGO_MANIFEST_DIR");

/// A page, and what is found in it.
struct Page {
    /// Its name in the folder `src`.
    name: String,
    text: String,
    code: Vec<(String, String)>,
    images: Vec<(String, String)>,
    links: Vec<String>,
    /// What its headings can be linked by.
    ids: BTreeSet<String>,
}

fn source() -> PathBuf {
    Path::new(BOOK).join("src")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(source()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(Page::read(&path));
        }
    }
    assert!(pages.len() > 3, "the book has pages");
    pages
}

impl Page {
    fn read(path: &Path) -> Self {
        let text = read(path);
        let mut page = Self {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: text.clone(),
            code: Vec::new(),
            images: Vec::new(),
            links: Vec::new(),
            ids: BTreeSet::new(),
        };
        let mut open: Option<(Tag<'_>, String)> = None;
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let extensions = Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES;
        for event in Parser::new_ext(&text, extensions) {
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => page.links.push(dest_url.into_string()),
                Event::Start(
                    tag @ (Tag::CodeBlock(_) | Tag::Image { .. } | Tag::Heading { .. }),
                ) => {
                    open = Some((tag, String::new()));
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some((_, inside)) = &mut open {
                        inside.push_str(&text);
                    }
                }
                Event::SoftBreak => {
                    if let Some((_, inside)) = &mut open {
                        inside.push(' ');
                    }
                }
                Event::End(TagEnd::CodeBlock | TagEnd::Image | TagEnd::Heading(_)) => {
                    match open.take() {
                        Some((Tag::CodeBlock(kind), inside)) => {
                            let language = match kind {
                                CodeBlockKind::Fenced(language) => language.into_string(),
                                CodeBlockKind::Indented => String::new(),
                            };
                            page.code.push((language, inside));
                        }
                        Some((Tag::Image { dest_url, .. }, inside)) => {
                            page.images.push((dest_url.into_string(), inside));
                        }
                        Some((Tag::Heading { id, .. }, inside)) => {
                            let id = id.map_or_else(|| heading_id(&inside), |id| id.into_string());
                            let count = seen.entry(id.clone()).or_default();
                            let unique = if *count == 0 {
                                id
                            } else {
                                format!("{id}-{count}")
                            };
                            *count += 1;
                            page.ids.insert(unique);
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        page
    }

    /// The files that it includes, and the anchors.
    fn includes(&self) -> Vec<(PathBuf, Option<String>)> {
        let parts = self.text.split("{{#").skip(1);
        let inside = parts.filter_map(|part| part.split_once("}}").map(|(inside, _)| inside));
        let include = |inside: &str| {
            let mut words = inside.split_whitespace();
            let directive = words.next().unwrap_or_default();
            assert!(
                directive == "include",
                "{}: {{{{#{inside}}}}} is not an include",
                self.name
            );
            let target = words.next().unwrap_or_default();
            let (path, anchor) = match target.split_once(':') {
                // Of outputs some lines may be shown; of code, which moves, anchors only.
                Some((path, _)) if path.starts_with("generated/") => (path, None),
                Some((path, anchor)) => (path, Some(anchor.to_owned())),
                None => (target, None),
            };
            (source().join(path), anchor)
        };
        inside.map(include).collect()
    }

    fn is_chapter(&self) -> bool {
        let others = [
            "SUMMARY.md",
            "introduction.md",
            "exercises.md",
            "measurements.md",
            "playground.md",
            "reference.md",
        ];
        !others.contains(&self.name.as_str())
    }
}

/// How mdBook makes the id of a heading.
fn heading_id(heading: &str) -> String {
    let kept = |c: char| {
        if c.is_alphanumeric() || c == '_' || c == '-' {
            Some(c.to_ascii_lowercase())
        } else {
            c.is_whitespace().then_some('-')
        }
    };
    heading.chars().filter_map(kept).collect()
}

#[test]
fn every_rust_block_is_included_from_code_that_cargo_compiles() {
    for page in pages() {
        for (language, block) in &page.code {
            let is_include = |line: &str| line.starts_with("{{#include ") && line.ends_with("}}");
            let rust = language.split([',', ' ']).any(|word| word == "rust");
            let typed = block
                .lines()
                .find(|line| !is_include(line.trim()) && !line.trim().is_empty());
            assert!(
                !(rust && typed.is_some()),
                "{}: this line of Rust is typed, not included: {}",
                page.name,
                typed.unwrap_or_default()
            );
            assert!(
                !language.is_empty(),
                "{}: a block without a language:\n{block}",
                page.name
            );
            // What programs print is not typed either.
            let printed = language == "text" && typed.is_some();
            assert!(
                !printed,
                "{}: this output is typed: {}",
                page.name,
                typed.unwrap_or_default()
            );
        }
    }
}

#[test]
fn every_include_has_its_file_and_its_anchor() {
    let compiled = [
        "src",
        "examples",
        "tests",
        "benches",
        "book/listings",
        "book/exercises",
        "book/tests",
        "core",
    ];
    let root = Path::new(BOOK).join("..").canonicalize().unwrap();
    for page in pages() {
        for (path, anchor) in page.includes() {
            let text = read(&path);
            let shown = path.canonicalize().unwrap();
            let shown = shown.strip_prefix(&root).expect("a file of this project");
            if shown.extension().is_some_and(|extension| extension == "rs") {
                let known = compiled.iter().any(|folder| shown.starts_with(folder));
                assert!(
                    known,
                    "{}: {} is compiled by nothing",
                    page.name,
                    shown.display()
                );
            }
            let Some(anchor) = anchor else { continue };
            for mark in [format!("ANCHOR: {anchor}"), format!("ANCHOR_END: {anchor}")] {
                let found = text
                    .lines()
                    .filter(|line| line.trim_end().ends_with(&mark))
                    .count();
                assert_eq!(found, 1, "{}: `{mark}` in {}", page.name, shown.display());
            }
        }
    }
}

#[test]
fn links_lead_somewhere() {
    let pages = pages();
    let page = |name: &str| pages.iter().find(|page| page.name == name);
    for from in &pages {
        for link in &from.links {
            if link.starts_with("https://") {
                continue;
            }
            assert!(
                !link.starts_with("http:"),
                "{}: {link} is not https",
                from.name
            );
            let (name, id) = link.split_once('#').unwrap_or((link, ""));
            let to = if name.is_empty() {
                Some(from)
            } else {
                page(name)
            };
            match to {
                Some(to) => {
                    let known = id.is_empty() || to.ids.contains(id);
                    assert!(known, "{}: {link} leads to no heading", from.name);
                }
                None => {
                    let found = source().join(name).is_file();
                    assert!(found, "{}: {link} leads nowhere", from.name);
                }
            }
        }
    }
}

#[test]
fn every_figure_has_words_and_numbers() {
    for page in pages() {
        for (image, alt) in &page.images {
            assert!(
                source().join(image).is_file(),
                "{}: {image} is missing",
                page.name
            );
            let words = alt.split_whitespace().count();
            assert!(
                words >= 8,
                "{}: {image} needs a text that says what is to be seen",
                page.name
            );
            let table = image.replace(".svg", ".csv");
            assert!(
                image.ends_with(".svg") && page.links.contains(&table),
                "{}: the numbers of {image} are not linked",
                page.name
            );
        }
    }
}

#[test]
fn every_chapter_has_the_same_shape() {
    for page in pages().into_iter().filter(Page::is_chapter) {
        let name = &page.name;
        let question = page
            .text
            .lines()
            .any(|line| line.starts_with("> **The question.**"));
        assert!(question, "{name} asks no question");
        assert!(page.text.contains("$$"), "{name} has no formula");
        let rust = page
            .code
            .iter()
            .any(|(language, _)| language.starts_with("rust"));
        assert!(rust, "{name} has no listing");
        assert!(
            page.text.contains("{{#include generated/"),
            "{name} has no output"
        );
        assert!(!page.images.is_empty(), "{name} has no figure");
        assert!(page.ids.contains("exercises"), "{name} has no exercises");
    }
}

#[test]
fn the_summary_lists_every_page() {
    let pages = pages();
    let summary = pages.iter().find(|page| page.name == "SUMMARY.md").unwrap();
    for page in &pages {
        let listed = page.name == "SUMMARY.md" || summary.links.contains(&page.name);
        assert!(listed, "{} is not in SUMMARY.md", page.name);
    }
}
