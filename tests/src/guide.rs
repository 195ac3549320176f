//! The pages of the guide in `docs/`. Their samples are compiled and run.

/// A page of the guide.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The name of its file in `docs/src`.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! pages {
    ($($page:ident = $file:literal;)+) => {
        /// Every page that is listed below: their samples are doctests.
        pub const PAGES: &[Page] = &[$(Page {
            file: $file,
            text: include_str!(concat!("../../docs/src/", $file)),
        }),+];

        $(#[doc = include_str!(concat!("../../docs/src/", $file))] pub mod $page {})+
    };
}

pages! {
    introduction = "introduction.md";
    first_patch = "first-patch.md";
    from_a_curl_call = "from-curl.md";
    for_people_who_know_serde = "serde.md";
    user_fields = "user-fields.md";
    closed_sets = "closed-sets.md";
    phones_and_emails = "phones-and-emails.md";
    outcomes = "outcomes.md";
    reading = "reading.md";
    own_keys = "own-keys.md";
    many_records = "many-records.md";
    json_of_the_command_line = "json.md";
    oauth_apps = "oauth-apps.md";
    testing = "testing.md";
    for_code_of_agents = "agents.md";
    costs = "costs.md";
    api = "api.md";
}

/// A code block in a Markdown text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block<'a> {
    /// The text after the opening fence, such as `rust,no_run`.
    pub info: &'a str,
    /// The text between the fences.
    pub text: &'a str,
}

const FENCE: &str = "```";

/// Returns the code blocks of a text, in their order.
#[must_use]
pub fn blocks(markdown: &str) -> Vec<Block<'_>> {
    split(markdown).0
}

/// Returns a text without its code blocks.
#[must_use]
pub fn prose(markdown: &str) -> String {
    split(markdown).1
}

fn split(markdown: &str) -> (Vec<Block<'_>>, String) {
    let (mut blocks, mut prose) = (Vec::new(), String::new());
    let mut rest = markdown;
    while let Some((before, opened)) = rest.split_once(FENCE) {
        prose.push_str(before);
        let (info, body) = opened.split_once('\n').unwrap_or((opened, ""));
        let (text, after) = body.split_once(FENCE).unwrap_or((body, ""));
        blocks.push(Block { info, text });
        rest = after;
    }
    prose.push_str(rest);
    (blocks, prose)
}
