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
    images: Vec<Image>,
    /// Images of Markdown, which say no size.
    plain_images: Vec<String>,
    links: Vec<String>,
    /// What its headings can be linked by.
    ids: BTreeSet<String>,
}

/// An `img`, or a `source` for narrow windows.
struct Image {
    file: String,
    /// What is to be seen; empty for a `source`.
    alt: String,
    size: [String; 2],
}

/// The attribute of an element.
fn attribute(element: &str, name: &str) -> String {
    let value = element.split(&format!(" {name}=\"")).nth(1);
    let value = value.and_then(|value| value.split('"').next());
    value.unwrap_or_default().to_owned()
}

/// The elements `img` and `source` of a page.
fn images(text: &str) -> Vec<Image> {
    let elements = text
        .split('<')
        .map(|part| part.split('>').next().unwrap_or_default());
    let image = |element: &str| {
        let file = match element.split(' ').next() {
            Some("img") => attribute(element, "src"),
            Some("source") => attribute(element, "srcset"),
            _ => return None,
        };
        Some(Image {
            file,
            alt: attribute(element, "alt"),
            size: ["width", "height"].map(|name| attribute(element, name)),
        })
    };
    elements.filter_map(image).collect()
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
            images: images(&text),
            plain_images: Vec::new(),
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
                        Some((Tag::Image { dest_url, .. }, _)) => {
                            page.plain_images.push(dest_url.into_string());
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
            "conclusion.md",
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

/// The width and the height of a picture.
fn size_of(file: &Path) -> [String; 2] {
    let svg = read(file);
    let element = svg.split('>').next().unwrap().to_owned();
    ["width", "height"].map(|name| attribute(&element, name))
}

#[test]
fn every_figure_has_words_numbers_and_sizes() {
    for page in pages() {
        let name = &page.name;
        assert!(
            page.plain_images.is_empty(),
            "{name}: {:?} has no size",
            page.plain_images
        );
        for Image { file, alt, size } in &page.images {
            let path = source().join(file);
            assert!(path.is_file(), "{name}: {file} is missing");
            let drawn = size_of(&path);
            if file.ends_with("-narrow.svg") {
                // Drawn for the width at which it is shown.
                assert_eq!(*size, drawn, "{name}: {file}");
                continue;
            }
            let words = alt.split_whitespace().count();
            assert!(
                words >= 12,
                "{name}: {file} needs a text that says what is to be seen"
            );
            let table = file.replace(".svg", ".csv");
            if source().join(&table).is_file() {
                assert_eq!(*size, drawn, "{name}: {file}");
                assert!(
                    page.links.contains(&table),
                    "{name}: the numbers of {file} are not linked"
                );
                let narrow = file.replace(".svg", "-narrow.svg");
                let has_narrow = page.images.iter().any(|image| image.file == narrow);
                assert!(has_narrow, "{name}: {file} has no picture for phones");
            } else {
                // A drawing, which is shown larger than it is.
                let [width, height] = [0, 1].map(|i| size[i].parse::<f64>().unwrap());
                let [w, h] = [0, 1].map(|i| drawn[i].parse::<f64>().unwrap());
                let apart = (width / height) / (w / h) - 1.0;
                assert!(width >= w && apart.abs() < 0.01, "{name}: {file}");
            }
        }
    }
}

/// Each listing says which file it is cut out of, and links to it.
#[test]
fn listings_name_their_files() {
    let book = read(&Path::new(BOOK).join("book.toml"));
    let repository = book.split("git-repository-url = \"").nth(1).unwrap();
    let repository = repository.split('"').next().unwrap();
    let root = Path::new(BOOK).join("..").canonicalize().unwrap();
    for page in pages().into_iter().filter(Page::is_chapter) {
        let lines: Vec<&str> = page.text.lines().collect();
        for (i, line) in lines.iter().enumerate() {
            let Some(include) = line.strip_prefix("{{#include ../") else {
                continue;
            };
            let path = include.trim_end_matches("}}").split(':').next().unwrap();
            let path = source().join("..").join(path).canonicalize().unwrap();
            let path = path.strip_prefix(&root).unwrap().display().to_string();
            let link = format!("[`{path}`]({repository}/blob/main/{path})");
            assert_eq!(lines[i - 3], link, "{}: line {i}", page.name);
        }
    }
}

/// Each chapter says first how to run what it shows.
#[test]
fn chapters_begin_with_the_command_that_runs_them() {
    for page in pages().into_iter().filter(Page::is_chapter) {
        let (language, first) = &page.code[0];
        assert_eq!(language, "sh", "{}", page.name);
        let first = first.replace("\\\n    ", "");
        let mut lines = first.lines();
        let clone = lines.next().unwrap();
        assert!(
            clone.starts_with("git clone https://"),
            "{}: {clone}",
            page.name
        );
        let run = lines.next().unwrap();
        let Some(names) = run.split(" -- --only ").nth(1) else {
            assert!(
                run.starts_with("cargo run --release "),
                "{}: {run}",
                page.name
            );
            continue;
        };
        for name in names.split(',') {
            let made = crate::artifacts::all();
            let known = made.iter().any(|artifact| artifact.name.contains(name));
            assert!(known, "{}: --only {name} names nothing", page.name);
        }
    }
}

/// A result with a spread stands in one file, and every page that shows it includes that file: no page can
/// contradict another.
#[test]
fn results_are_included_and_not_typed() {
    for page in pages() {
        for line in page.text.lines() {
            let typed = line.starts_with('|') && line.contains(" ± ");
            assert!(!typed, "{}: this result is typed: {line}", page.name);
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
