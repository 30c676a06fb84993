//! Results as JUnit XML, the form every CI system reads.

use super::Result;

fn escape(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control() || *c == '\n');
    plain
        .collect::<String>()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

pub(super) fn xml(results: &[Result]) -> String {
    let failed = results.iter().filter(|result| !result.differences.is_empty()).count();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"bactrian\" tests=\"{}\" failures=\"{failed}\">\n",
        results.len()
    );
    for Result { flow, case, differences, seconds } in results {
        let head = format!(
            "  <testcase classname=\"{}\" name=\"{}\" time=\"{seconds:.3}\"",
            escape(flow),
            escape(case)
        );
        if differences.is_empty() {
            text.push_str(&format!("{head}/>\n"));
        } else {
            let first = differences.first().map_or("", String::as_str);
            let all = escape(&differences.join("\n"));
            text.push_str(&format!(
                "{head}>\n    <failure message=\"{}\">{all}</failure>\n  </testcase>\n",
                escape(first)
            ));
        }
    }
    text.push_str("</testsuite>\n");
    text
}
