//! What a listing is ordered by.

use std::cmp::Ordering;

/// Where an item stands in its listing. The name makes it unique, so every order is total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortKey<'a> {
    /// When it was made, in nanoseconds since 1970; 0 where a listing has no order by time.
    pub create_nanos: i128,
    /// Parent part of the name: tenant or cluster, or empty.
    pub scope: &'a str,
    /// Id below it.
    pub id: &'a str,
}

impl<'a> SortKey<'a> {
    /// A key for listings that are ordered by name only.
    pub fn by_name(scope: &'a str, id: &'a str) -> Self {
        Self {
            create_nanos: 0,
            scope,
            id,
        }
    }
}

/// Order of a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    by_create_time: bool,
    descending: bool,
}

impl Order {
    /// Reads `name` or `create_time`, each with an optional ` desc`; a blank text is `name`.
    ///
    /// # Errors
    /// What would be right, when it is something else.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (by_create_time, direction) = match words.as_slice() {
            [] => (false, None),
            ["name"] => (false, None),
            ["create_time" | "createTime"] => (true, None),
            ["name", direction] => (false, Some(*direction)),
            ["create_time" | "createTime", direction] => (true, Some(*direction)),
            _ => return Err(Self::known()),
        };
        let descending = match direction {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return Err(Self::known()),
        };
        Ok(Self {
            by_create_time,
            descending,
        })
    }

    fn known() -> String {
        "must be name or create_time, each with an optional \" desc\"".to_owned()
    }

    /// Which of two comes first.
    pub fn compare(self, left: &SortKey<'_>, right: &SortKey<'_>) -> Ordering {
        let by_name = (left.scope, left.id).cmp(&(right.scope, right.id));
        let ordering = if self.by_create_time {
            left.create_nanos.cmp(&right.create_nanos).then(by_name)
        } else {
            by_name
        };
        if self.descending {
            ordering.reverse()
        } else {
            ordering
        }
    }

    /// Distinguishes the orders in a token's binding, whatever way they were written.
    pub fn canonical(self) -> &'static str {
        match (self.by_create_time, self.descending) {
            (false, false) => "name",
            (false, true) => "name desc",
            (true, false) => "create_time",
            (true, true) => "create_time desc",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_and_others_refused() {
        for (text, canonical) in [
            ("", "name"),
            ("name", "name"),
            (" name   desc ", "name desc"),
            ("create_time", "create_time"),
            ("createTime desc", "create_time desc"),
            ("name asc", "name"),
        ] {
            assert_eq!(Order::parse(text).unwrap().canonical(), canonical, "{text:?}");
        }
        for bad in ["state", "name down", "name, create_time", "desc"] {
            assert!(Order::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn items_of_one_moment_are_ordered_by_name() {
        let (a, b) = (
            SortKey {
                create_nanos: 5,
                scope: "t",
                id: "a",
            },
            SortKey {
                create_nanos: 5,
                scope: "t",
                id: "b",
            },
        );
        let order = Order::parse("create_time").unwrap();
        assert_eq!(order.compare(&a, &b), Ordering::Less);
        assert_eq!(order.compare(&a, &a), Ordering::Equal);
        assert_eq!(
            Order::parse("create_time desc").unwrap().compare(&a, &b),
            Ordering::Greater
        );
    }
}
