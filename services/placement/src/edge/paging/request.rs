//! One page of a listing: what was asked for, which items are on it, and the token of the next.

use prost::Message;

use super::token::{self, After};
use super::{Binding, DEFAULT_PAGE_SIZE, MAX_PAGE_BYTES, MAX_PAGE_SIZE, Order, SortKey, binding};
use crate::edge::violations::Violations;

/// The fields of a List request that say which page it wants.
#[derive(Clone, Copy, Debug, Default)]
pub struct Listing<'a> {
    /// Name of the method.
    pub method: &'a str,
    /// `parent` of the request.
    pub parent: &'a str,
    /// `filter` of the request.
    pub filter: &'a str,
    /// `order_by` of the request.
    pub order_by: &'a str,
    /// `page_size` of the request.
    pub page_size: i32,
    /// `page_token` of the request.
    pub page_token: &'a str,
}

/// Which page is wanted.
#[derive(Clone, Debug)]
pub struct PageRequest {
    size: usize,
    order: Order,
    after: Option<After>,
    binding: Binding,
}

/// The items of a page, in order, and whether more follow.
#[derive(Clone, Debug)]
pub struct Selection<T> {
    items: Vec<T>,
    more: bool,
}

impl PageRequest {
    /// Reads it from a request; what is wrong is noted in `violations`.
    pub fn read(listing: &Listing<'_>, violations: &mut Violations) -> Self {
        let size = match usize::try_from(listing.page_size) {
            Ok(0) => DEFAULT_PAGE_SIZE,
            Ok(size) => size.min(MAX_PAGE_SIZE),
            Err(_) => {
                violations.add(
                    "pageSize",
                    format!("{} is negative; 0 means {DEFAULT_PAGE_SIZE}", listing.page_size),
                );
                DEFAULT_PAGE_SIZE
            }
        };
        let order = violations
            .check("orderBy", Order::parse(listing.order_by))
            .unwrap_or_default();
        let binding = binding(&[listing.method, listing.parent, listing.filter, order.canonical()]);
        let after = match listing.page_token {
            "" => None,
            text => violations.check("pageToken", token::decode(&binding, text)),
        };
        Self {
            size,
            order,
            after,
            binding,
        }
    }

    /// Picks the items of the page out of all of them, given in any order. Holds at most about twice a page.
    pub fn select<T>(&self, items: impl Iterator<Item = T>, key: impl Fn(&T) -> SortKey<'_>) -> Selection<T> {
        let wanted = self.size + 1;
        let mut kept: Vec<T> = Vec::new();
        for item in items {
            let follows = self
                .after
                .as_ref()
                .is_none_or(|after| self.order.compare(&key(&item), &after.key()).is_gt());
            if !follows {
                continue;
            }
            kept.push(item);
            if kept.len() >= 2 * wanted {
                kept.select_nth_unstable_by(wanted, |left, right| {
                    self.order.compare(&key(left), &key(right))
                });
                kept.truncate(wanted);
            }
        }
        kept.sort_unstable_by(|left, right| self.order.compare(&key(left), &key(right)));
        let more = kept.len() > self.size;
        kept.truncate(self.size);
        Selection { items: kept, more }
    }

    /// Turns the selection into messages, and ends the page early where it would grow too large. Gives the token of
    /// the next page too, empty when there is none.
    pub fn fill<T, M: Message>(
        &self,
        selection: &Selection<T>,
        key: impl Fn(&T) -> SortKey<'_>,
        convert: impl Fn(&T) -> M,
    ) -> (Vec<M>, String) {
        let mut bytes = 0;
        let mut page = Vec::with_capacity(selection.items.len());
        for item in &selection.items {
            let message = convert(item);
            bytes += message.encoded_len();
            // One item is always on the page, however large, or the listing would never end.
            if bytes > MAX_PAGE_BYTES && !page.is_empty() {
                break;
            }
            page.push(message);
        }
        let more = selection.more || page.len() < selection.items.len();
        let last = page
            .len()
            .checked_sub(1)
            .and_then(|index| selection.items.get(index));
        let token = match last {
            Some(last) if more => token::encode(&self.binding, &key(last)),
            _ => String::new(),
        };
        (page, token)
    }
}

impl<T> Selection<T> {
    /// The same page of other items, one for each.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Selection<U> {
        Selection {
            items: self.items.into_iter().map(convert).collect(),
            more: self.more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Item = (String, i128);

    fn key(item: &Item) -> SortKey<'_> {
        SortKey {
            create_nanos: item.1,
            scope: "t",
            id: &item.0,
        }
    }

    fn message(item: &Item) -> String {
        item.0.clone()
    }

    fn read(listing: &Listing<'_>) -> PageRequest {
        let mut violations = Violations::new();
        let request = PageRequest::read(listing, &mut violations);
        violations.finish(Some(request)).unwrap()
    }

    fn items(count: i128) -> Vec<Item> {
        // Neither by name nor by time in order.
        (0..count)
            .map(|number| (format!("p{:04}", (number * 7919) % count), (number * 31) % 17))
            .collect()
    }

    fn walk(all: &[Item], order_by: &str, page_size: i32) -> Vec<String> {
        let mut found = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = read(&Listing {
                order_by,
                page_size,
                page_token: &page_token,
                ..Listing::default()
            });
            let selection = request.select(all.iter(), |item| key(item)).map(Clone::clone);
            let (page, next) = request.fill(&selection, key, message);
            assert!(page.len() <= usize::try_from(page_size).unwrap());
            found.extend(page);
            if next.is_empty() {
                return found;
            }
            page_token = next;
        }
    }

    #[test]
    fn pages_together_are_the_whole_listing_in_order() {
        let all = items(250);
        for order_by in ["name", "name desc", "create_time", "create_time desc"] {
            let order = Order::parse(order_by).unwrap();
            let mut sorted = all.clone();
            sorted.sort_by(|left, right| order.compare(&key(left), &key(right)));
            let expected: Vec<String> = sorted.iter().map(message).collect();
            for page_size in [1, 7, 50, 249, 250, 251] {
                assert_eq!(
                    walk(&all, order_by, page_size),
                    expected,
                    "{order_by} by {page_size}"
                );
            }
        }
    }

    #[test]
    fn what_changes_between_two_pages_neither_repeats_nor_hides_an_item() {
        let mut all = items(20);
        let first = read(&Listing {
            page_size: 5,
            ..Listing::default()
        });
        let selection = first.select(all.iter(), |item| key(item)).map(Clone::clone);
        let (page, page_token) = first.fill(&selection, key, message);
        assert_eq!(page.last().unwrap(), "p0004");
        // The item that the token points at goes, and one appears before it.
        all.retain(|item| item.0 != "p0004");
        all.push(("p0000a".to_owned(), 0));
        let second = read(&Listing {
            page_size: 5,
            page_token: &page_token,
            ..Listing::default()
        });
        let selection = second.select(all.iter(), |item| key(item)).map(Clone::clone);
        let (page, _) = second.fill(&selection, key, message);
        assert_eq!(page, ["p0005", "p0006", "p0007", "p0008", "p0009"]);
    }

    #[test]
    fn a_page_ends_before_it_is_too_large_and_the_next_one_goes_on() {
        let all = items(10);
        let request = read(&Listing::default());
        let selection = request.select(all.iter(), |item| key(item)).map(Clone::clone);
        let large = |item: &Item| format!("{}{}", item.0, "x".repeat(1_000_000));
        let (page, token) = request.fill(&selection, key, large);
        assert_eq!(page.len(), 3);
        let next = read(&Listing {
            page_token: &token,
            ..Listing::default()
        });
        let selection = next.select(all.iter(), |item| key(item)).map(Clone::clone);
        assert!(next.fill(&selection, key, large).0[0].starts_with("p0003"));
    }

    #[test]
    fn an_item_that_is_too_large_alone_still_comes() {
        let request = read(&Listing::default());
        let selection = request.select(items(2).into_iter(), key);
        let (page, token) = request.fill(&selection, key, |_| "x".repeat(MAX_PAGE_BYTES + 1));
        assert_eq!(page.len(), 1);
        assert!(!token.is_empty());
    }

    #[test]
    fn sizes_have_a_default_and_a_maximum_and_bad_requests_name_every_field() {
        let all = items(1500);
        let count = |page_size| {
            let request = read(&Listing {
                page_size,
                ..Listing::default()
            });
            request.select(all.iter(), |item| key(item)).items.len()
        };
        assert_eq!(
            (count(0), count(5000), count(3)),
            (DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, 3)
        );

        let mut violations = Violations::new();
        let bad = Listing {
            page_size: -1,
            page_token: "nonsense",
            order_by: "colour",
            ..Listing::default()
        };
        PageRequest::read(&bad, &mut violations);
        let found = violations.finish(Some(())).unwrap_err();
        assert_eq!(
            found.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(),
            ["pageSize", "orderBy", "pageToken"]
        );
    }
}
