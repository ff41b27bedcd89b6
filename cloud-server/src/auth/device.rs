//! What people recognise a session by: browser and system, read from the header `User-Agent`. Only for
//! showing; nothing is decided by it.

const CHARS_MAX: usize = 60;

/// "Firefox on Linux"; the header's beginning where it says neither.
#[must_use]
pub fn device(user_agent: &str) -> Option<String> {
    // Browsers name their ancestors too, so the youngest is asked first.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |list: &[(&str, &'static str)]| list.iter().find(|(word, _)| user_agent.contains(word)).map(|(_, name)| *name);
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => Some(format!("{browser} on {system}")),
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => {
            let text: String = user_agent.chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect();
            Some(text.trim().to_owned()).filter(|t| !t.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_briefly() {
        let check = |agent: &str, expect: Option<&str>| assert_eq!(device(agent).as_deref(), expect);
        check("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Some("Firefox on Linux"));
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
            Some("Edge on Windows"),
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
            Some("Safari on iPhone"),
        );
        check("curl/8.5.0", Some("curl/8.5.0"));
        check(&"x".repeat(500), Some(&"x".repeat(60)));
        check("", None);
    }
}
