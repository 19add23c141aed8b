//! The documents that are served, by kind, in the order in which they are listed.
//!
//! A new file in docs belongs in here; a test says so.

use super::{Rendered, man, markdown};

/// What a reader of a document wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The page that leads to the others.
    Index,
    /// To learn it.
    Tutorial,
    /// To get something done.
    HowTo,
    /// To look something up.
    Reference,
    /// To understand why.
    Explanation,
}

impl Kind {
    /// The kinds that have a heading of their own.
    pub const ALL: [Self; 4] = [
        Self::Tutorial,
        Self::HowTo,
        Self::Reference,
        Self::Explanation,
    ];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Index => "Documents",
            Self::Tutorial => "Tutorial",
            Self::HowTo => "How to",
            Self::Reference => "Reference",
            Self::Explanation => "Explanation",
        }
    }

    /// Its documents, without those that another one leads to.
    pub fn documents(self) -> impl Iterator<Item = &'static Document> {
        let main = move |document: &&Document| document.kind == self && !document.is_detail();
        Document::all().filter(main)
    }
}

/// A document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Document {
    /// Its name in addresses.
    pub name: &'static str,
    /// What it is called in lists.
    pub title: &'static str,
    /// What it is for.
    pub kind: Kind,
    file: &'static str,
    source: &'static str,
}

impl Document {
    /// All documents.
    pub fn all() -> std::slice::Iter<'static, Self> {
        DOCUMENTS.iter()
    }

    /// The document of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|document| document.name == name)
    }

    /// The document of a file, by its path from the root of the sources.
    pub(super) fn of_file(file: &str) -> Option<&'static Self> {
        Self::all().find(|document| document.file == file)
    }

    /// Where its page is.
    pub fn address(&self) -> String {
        match self.kind {
            Kind::Index => "/docs".to_owned(),
            _ => format!("/docs/{}", self.name),
        }
    }

    /// The file's text.
    pub const fn source(&self) -> &'static str {
        self.source
    }

    /// Whether it is a manual page.
    pub fn is_man(&self) -> bool {
        self.file.starts_with("docs/man/")
    }

    /// Whether it is left out of the list, because the manual page of `natconn` leads to it.
    fn is_detail(&self) -> bool {
        self.is_man() && self.name.contains('-')
    }

    /// Makes HTML of it.
    pub(super) fn render(&self) -> Rendered {
        if self.is_man() {
            return man::render(self.source);
        }
        let folder = self.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        markdown::render(self.source, folder)
    }
}

/// Declares documents: kind, name, title, and the file from the root of the sources.
macro_rules! documents {
    ($($kind:ident $name:literal $title:literal $file:literal;)*) => {
        &[$(Document {
            name: $name,
            title: $title,
            kind: Kind::$kind,
            file: $file,
            source: include_str!(concat!("../../../../../", $file)),
        }),*]
    };
}

const DOCUMENTS: &[Document] = documents! {
    Index "index" "Documents" "docs/README.md";
    Tutorial "tutorial" "The first answer" "docs/tutorial.md";
    HowTo "install" "Install natconnd" "docs/install.md";
    HowTo "running" "Run natconnd on a gateway" "docs/running.md";
    HowTo "access" "Let others ask" "docs/access.md";
    HowTo "confinement" "What natconnd may do" "docs/confinement.md";
    HowTo "abuse-desk" "Answer an abuse report" "docs/abuse-desk.md";
    HowTo "howto-nginx" "From nginx to the internal host" "docs/howto-nginx.md";
    HowTo "proxies" "Tell proxies who it is" "docs/proxies.md";
    HowTo "ident" "Answer ident" "docs/ident.md";
    HowTo "history" "Keep a history" "docs/history.md";
    HowTo "bulk" "Ask about many lines" "docs/bulk.md";
    HowTo "audit" "Know who asked what" "docs/audit.md";
    HowTo "monitoring" "Watch it with Prometheus" "docs/monitoring.md";
    Reference "config" "Configuration" "docs/config.md";
    Reference "natconn.1" "Commands" "docs/man/natconn.1";
    Reference "natconnd.8" "The daemon" "docs/man/natconnd.8";
    Reference "api" "API" "docs/api.md";
    Reference "metrics" "Metrics" "docs/metrics.md";
    Reference "doctor" "Doctor" "docs/doctor.md";
    Reference "history-files" "History's files" "docs/history-files.md";
    Reference "history-format" "History's format" "crates/history/FORMAT.md";
    Reference "glossary" "Glossary" "GLOSSARY.md";
    Explanation "how-it-knows" "How natconnd knows" "docs/how-it-knows.md";
    Explanation "threat-model" "Who could want what" "docs/threat-model.md";
    Explanation "delivery" "Events that do not fit" "docs/delivery.md";
    Explanation "kernel-settings" "Kernel settings" "docs/kernel-settings.md";
    Reference "natconn-audit.1" "natconn audit" "docs/man/natconn-audit.1";
    Reference "natconn-audit-list.1" "natconn audit list" "docs/man/natconn-audit-list.1";
    Reference "natconn-audit-verify.1" "natconn audit verify" "docs/man/natconn-audit-verify.1";
    Reference "natconn-completions.1" "natconn completions" "docs/man/natconn-completions.1";
    Reference "natconn-config.1" "natconn config" "docs/man/natconn-config.1";
    Reference "natconn-config-check.1" "natconn config check" "docs/man/natconn-config-check.1";
    Reference "natconn-config-migrate.1" "natconn config migrate"
        "docs/man/natconn-config-migrate.1";
    Reference "natconn-doctor.1" "natconn doctor" "docs/man/natconn-doctor.1";
    Reference "natconn-history.1" "natconn history" "docs/man/natconn-history.1";
    Reference "natconn-history-expire.1" "natconn history expire"
        "docs/man/natconn-history-expire.1";
    Reference "natconn-history-export.1" "natconn history export"
        "docs/man/natconn-history-export.1";
    Reference "natconn-history-gaps.1" "natconn history gaps" "docs/man/natconn-history-gaps.1";
    Reference "natconn-history-hold.1" "natconn history hold" "docs/man/natconn-history-hold.1";
    Reference "natconn-history-holds.1" "natconn history holds"
        "docs/man/natconn-history-holds.1";
    Reference "natconn-history-release.1" "natconn history release"
        "docs/man/natconn-history-release.1";
    Reference "natconn-history-status.1" "natconn history status"
        "docs/man/natconn-history-status.1";
    Reference "natconn-history-verify.1" "natconn history verify"
        "docs/man/natconn-history-verify.1";
    Reference "natconn-ident.1" "natconn ident" "docs/man/natconn-ident.1";
    Reference "natconn-list.1" "natconn list" "docs/man/natconn-list.1";
    Reference "natconn-lookup.1" "natconn lookup" "docs/man/natconn-lookup.1";
    Reference "natconn-records.1" "natconn records" "docs/man/natconn-records.1";
    Reference "natconn-status.1" "natconn status" "docs/man/natconn-status.1";
    Reference "natconn-token.1" "natconn token" "docs/man/natconn-token.1";
    Reference "natconn-token-hash.1" "natconn token hash" "docs/man/natconn-token-hash.1";
    Reference "natconn-token-new.1" "natconn token new" "docs/man/natconn-token-new.1";
    Reference "natconn-top.1" "natconn top" "docs/man/natconn-top.1";
    Reference "natconn-watch.1" "natconn watch" "docs/man/natconn-watch.1";
};

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Every document and manual page of the repository.
    fn files() -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let named = ["docs", "docs/man"].into_iter().flat_map(|folder| {
            let entries = std::fs::read_dir(root.join(folder)).unwrap();
            entries.map(move |entry| {
                let name = entry.unwrap().file_name();
                format!("{folder}/{}", name.to_str().unwrap())
            })
        });
        let is_document = |file: &String| {
            let extension = Path::new(file).extension();
            extension.is_some_and(|it| ["md", "1", "8"].iter().any(|known| it == *known))
        };
        named.filter(is_document).collect()
    }

    #[test]
    fn every_document_is_served() {
        let files = files();
        assert!(files.len() > 30, "{files:?}");
        for file in files {
            assert!(
                Document::of_file(&file).is_some(),
                "{file} is not in web/docs/list.rs"
            );
        }
    }

    #[test]
    fn names_are_unlike_each_other() {
        let mut names: Vec<&str> = Document::all().map(|document| document.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn every_link_leads_to_a_page_and_a_mark_that_are_there() {
        let pages: Vec<(String, String)> = Document::all()
            .map(|document| (document.address(), document.render().html))
            .collect();
        let mut followed = 0;
        for (address, html) in &pages {
            for link in html.split("href=\"").skip(1) {
                let link = link.split('"').next().unwrap_or_default();
                let (page, mark) = link.split_once('#').unwrap_or((link, ""));
                if link.starts_with("http") || page == "/openapi.json" {
                    continue;
                }
                let page = if page.is_empty() { address } else { page };
                let found = pages.iter().find(|(other, _)| other == page);
                let (_, target) = found.unwrap_or_else(|| panic!("{address}: {link}"));
                let is_there = mark.is_empty() || target.contains(&format!("id=\"{mark}\""));
                assert!(is_there, "{address}: no {link}");
                followed += 1;
            }
        }
        assert!(followed > 50, "{followed}");
    }

    #[test]
    fn a_page_can_be_carried_over_a_slow_line() {
        for document in Document::all() {
            let html = document.render().html;
            assert!(html.contains("<h1"), "{}", document.name);
            // A hundred kilobytes, of which style, frame and lists take some.
            assert!(
                html.len() < 82_000,
                "{}: {} bytes",
                document.name,
                html.len()
            );
        }
    }
}
