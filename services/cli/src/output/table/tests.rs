use super::*;

fn sample() -> Table {
    let mut table = Table::new(vec![
        Column::whole("NAME"),
        Column::cut("MESSAGE"),
        Column::whole("AGE"),
    ]);
    table.push(vec![
        "a-long-name".into(),
        "no node has 8 free GPUs of this product".into(),
        "5m".into(),
    ]);
    table.push(vec!["b".into(), "".into(), "12d".into()]);
    table
}

#[test]
fn without_a_terminal_nothing_is_cut_or_coloured() {
    assert_eq!(
        sample().render(&Screen::plain()),
        "NAME          MESSAGE                                   AGE\n\
             a-long-name   no node has 8 free GPUs of this product   5m\n\
             b                                                       12d\n"
    );
}

#[test]
fn on_a_narrow_terminal_only_what_may_be_cut_is() {
    let screen = Screen {
        width: Some(40),
        ..Screen::plain()
    };
    let text = sample().render(&screen);
    assert!(text.lines().all(|line| line.width() <= 40), "{text}");
    assert!(text.contains("a-long-name   no node has 8 free …   5m"), "{text}");
    // Too narrow for the rest: only then the name is cut as well.
    let text = sample().render(&Screen {
        width: Some(27),
        ..Screen::plain()
    });
    assert!(
        text.contains(
            "a-long-na…   no node…   5m
"
        ),
        "{text}"
    );
}

#[test]
fn what_comes_later_is_not_cut_to_the_width_of_what_came_before() {
    let screen = Screen {
        width: Some(40),
        ..Screen::plain()
    };
    let rows = |name: &str, state: &str| {
        let mut table = Table::new(vec![
            Column::whole("NAME"),
            Column::whole("STATE"),
            Column::cut("MESSAGE"),
        ]);
        table.push(vec![name.into(), state.into(), "no node has 8 free".into()]);
        table
    };
    let first = rows("a", "READY");
    let layout = first.layout(&screen, true);
    let later = rows("a-longer-one", "DELETING");
    let wider = later.layout_after(&layout, &screen);
    assert_eq!(
        later.rows(&wider, &screen),
        "a-longer-one   DELETING   no node has 8…\n"
    );
    // What follows stands under it.
    let wider = first.layout_after(&wider, &screen);
    assert_eq!(
        first.rows(&wider, &screen),
        "a              READY      no node has 8…\n"
    );
}

#[test]
fn optional_columns_go_before_names_are_cut() {
    let columns = vec![
        Column::whole("NAME"),
        Column::optional("CLUSTER"),
        Column::cut_or_left_out("NODE"),
        Column::whole("AGE"),
    ];
    let mut table = Table::new(columns);
    table.push(vec![
        "a-name-of-twenty-one".into(),
        "east".into(),
        "gpu-node-17".into(),
        "5m".into(),
    ]);
    let at = |width| {
        table.render(&Screen {
            width: Some(width),
            ..Screen::plain()
        })
    };
    assert_eq!(
        at(40),
        "NAME                   CLUSTER   AGE\na-name-of-twenty-one   east      5m\n"
    );
    assert_eq!(at(26), "NAME                   AGE\na-name-of-twenty-one   5m\n");
    let left_out = |width| {
        let screen = Screen {
            width,
            ..Screen::plain()
        };
        table.left_out(&table.layout(&screen, true))
    };
    assert_eq!(left_out(Some(26)), ["CLUSTER", "NODE"]);
    assert_eq!(left_out(Some(40)), ["NODE"]);
    assert!(left_out(None).is_empty() && left_out(Some(80)).is_empty());
}

#[test]
fn a_wrapped_column_goes_on_below_itself() {
    let mut table = Table::new(vec![Column::whole("TYPE"), Column::wrapped("MESSAGE")]);
    table.push(vec!["A".into(), "no node has 8 free GPUs of this product".into()]);
    let screen = Screen {
        width: Some(34),
        ..Screen::plain()
    };
    assert_eq!(
        table.render(&screen),
        "TYPE   MESSAGE\n\
             A      no node has 8 free GPUs of\n\
             \x20      this product\n"
    );
}

#[test]
fn colour_does_not_move_the_columns() {
    let mut table = Table::new(vec![Column::whole("STATE"), Column::whole("AGE")]);
    table.push(vec![Cell::painted("READY", Paint::Good), "1s".into()]);
    let text = table.rows(
        &table.layout(&Screen::plain(), true),
        &Screen {
            colour: true,
            ..Screen::plain()
        },
    );
    assert_eq!(text, "\u{1b}[32mREADY\u{1b}[0m   1s\n");
}
