//! How the program starts, fails and shows progress.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Runs a program with the options of its command line. A bad option or a failure makes one line
/// on stderr and the exit code 2.
pub fn run_program<O: Parser>(run: impl FnOnce(&O) -> anyhow::Result<()>) -> ExitCode {
    let options = match O::try_parse() {
        Ok(options) => options,
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) => return fail(&first_paragraph(&error.to_string())),
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("error: {error:#}")),
    }
}

/// What is wrong, without clap's usage below it, in one line.
fn first_paragraph(message: &str) -> String {
    let lines = message.lines().take_while(|line| !line.trim().is_empty());
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn fail(message: &str) -> ExitCode {
    let escape = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.into()
        }
    };
    eprintln!("{}", message.chars().map(escape).collect::<String>());
    ExitCode::from(2)
}

/// A bar on stderr, hidden where that is no terminal.
pub fn progress_bar(length: u64, template: &str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template(template).expect("the template is valid");
    ProgressBar::with_draw_target(Some(length), target).with_style(style)
}
