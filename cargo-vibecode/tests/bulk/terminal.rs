//! A terminal that a command runs in, and what is on its screen afterwards.

use std::{
    fs::File,
    io::{self, Read as _},
    process::{Child, Command, ExitStatus, Stdio},
};

use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

/// The height of the terminal. No test fills it with lines that a bar is drawn below.
const HEIGHT: u16 = 50;

/// What a command has written to a terminal of this width.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) status: ExitStatus,
    /// The lines of the screen, from the first that was written. Those that the terminal has wrapped are joined.
    pub(crate) lines: Vec<String>,
    /// All texts that were drawn, each up to the next movement of the cursor.
    pub(crate) drawn: Vec<String>,
}

impl Shown {
    /// Runs a command in a terminal with this many columns.
    pub(crate) fn by(command: Command, columns: u16) -> Self {
        Self::during(command, columns, |_| {})
    }

    /// Does something while the command runs, which may write no more than a terminal takes meanwhile.
    pub(crate) fn during(mut command: Command, columns: u16, act: impl FnOnce(&Child)) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let programs_end = File::from(open(name.as_c_str(), flags, Mode::empty()).unwrap());
        let size = Winsize {
            ws_row: HEIGHT,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&programs_end, size).unwrap();
        command
            .env_remove("NO_COLOR")
            .env("TERM", "xterm-256color")
            .stdout(Stdio::from(programs_end.try_clone().unwrap()))
            .stderr(Stdio::from(programs_end));
        let mut child = command.spawn().unwrap();
        // It has the terminal open too, which would never end then.
        drop(command);
        act(&child);
        let written = read_all(File::from(terminal)).unwrap();
        let mut screen = Screen::new(columns.into());
        screen.write(&String::from_utf8(written).unwrap());
        Self {
            status: child.wait().unwrap(),
            lines: screen.lines(),
            drawn: screen.drawn,
        }
    }
}

/// Reads until the command has closed the terminal, which Linux reports as an error.
fn read_all(mut terminal: File) -> io::Result<Vec<u8>> {
    let (mut all, mut part) = (Vec::new(), [0; 4096]);
    loop {
        match terminal.read(&mut part) {
            Ok(0) => return Ok(all),
            Ok(length) => all.extend_from_slice(&part[..length]),
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {
                return Ok(all);
            }
            Err(error) => return Err(error),
        }
    }
}

/// The screen of a terminal that obeys what a progress bar writes, and wraps long lines as terminals do.
struct Screen {
    width: usize,
    rows: Vec<Row>,
    row: usize,
    column: usize,
    drawn: Vec<String>,
}

#[derive(Default)]
struct Row {
    letters: Vec<char>,
    /// Whether the terminal has continued the text in the next row.
    is_wrapped: bool,
}

impl Screen {
    fn new(width: usize) -> Self {
        Self {
            width,
            rows: vec![Row::default()],
            row: 0,
            column: 0,
            drawn: vec![String::new()],
        }
    }

    fn write(&mut self, text: &str) {
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\r' => self.move_to(self.row, 0),
                '\n' => self.move_to(self.row + 1, self.column),
                '\u{1b}' => {
                    assert_eq!(letters.next(), Some('['));
                    let mut sequence = String::new();
                    let end = letters.by_ref().find(|letter| {
                        sequence.push(*letter);
                        letter.is_ascii_alphabetic()
                    });
                    let count = sequence.trim_end_matches(char::is_alphabetic);
                    let count = || count.parse::<usize>().unwrap_or(1);
                    match end {
                        Some('A') => self.move_to(self.row.saturating_sub(count()), self.column),
                        Some('B') => self.move_to(self.row + count(), self.column),
                        Some('K') if sequence == "2K" => self.rows[self.row] = Row::default(),
                        // Colours, and the cursor that is shown or hidden.
                        Some('m' | 'h' | 'l') => {}
                        _ => panic!("the sequence `{sequence}` is not known"),
                    }
                }
                letter => self.put(letter),
            }
        }
    }

    fn move_to(&mut self, row: usize, column: usize) {
        (self.row, self.column) = (row, column);
        while self.rows.len() <= row {
            self.rows.push(Row::default());
        }
        if self.drawn.last().is_some_and(|it| !it.is_empty()) {
            self.drawn.push(String::new());
        }
    }

    fn put(&mut self, letter: char) {
        if self.column == self.width {
            self.rows[self.row].is_wrapped = true;
            (self.row, self.column) = (self.row + 1, 0);
            if self.rows.len() == self.row {
                self.rows.push(Row::default());
            }
        }
        let letters = &mut self.rows[self.row].letters;
        if letters.len() <= self.column {
            letters.resize(self.column + 1, ' ');
        }
        letters[self.column] = letter;
        self.column += 1;
        self.drawn.last_mut().unwrap().push(letter);
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec![String::new()];
        for row in &self.rows {
            let line = lines.last_mut().unwrap();
            line.extend(&row.letters);
            if !row.is_wrapped {
                lines.push(String::new());
            }
        }
        let lines = lines.iter().map(|line| line.trim_end().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }
}
