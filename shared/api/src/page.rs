//! Pages of lists (API-05, Q-085).

use crate::error::{ApiError, Detail};

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub page: u32,
    pub per_page: u32,
}

impl Page {
    /// Reads `page` (default 1) and `per_page` (default 50, at most 100).
    ///
    /// # Errors
    /// 400 naming each wrong field.
    pub fn parse(page: Option<&str>, per_page: Option<&str>) -> Result<Self, ApiError> {
        let mut wrong = Vec::new();
        let mut number = |field: &str, text: Option<&str>, default: u32, most: u32| match text.map(str::parse::<u32>) {
            None => default,
            Some(Ok(n)) if (1..=most).contains(&n) => n,
            Some(_) => {
                let message = format!("must be a whole number from 1 to {most}");
                wrong.push(Detail { field: field.to_owned(), message });
                default
            }
        };
        let out = Self { page: number("page", page, 1, 1_000_000), per_page: number("per_page", per_page, 50, 100) };
        if wrong.is_empty() { Ok(out) } else { Err(ApiError::invalid(wrong)) }
    }

    /// Rows to skip.
    #[must_use]
    pub fn offset(self) -> i64 {
        i64::from(self.page - 1) * i64::from(self.per_page)
    }

    /// How many rows there are in all, where a page with `rows` tells: the last one is not full.
    #[must_use]
    pub fn total_at_end(self, rows: usize) -> Option<u64> {
        let rows = u64::try_from(rows).ok()?;
        let is_end = rows < u64::from(self.per_page) && (rows > 0 || self.page == 1);
        is_end.then(|| u64::from(self.page - 1) * u64::from(self.per_page) + rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_05_the_last_page_tells_how_many_rows_there_are() {
        let at = |page, rows| Page { page, per_page: 50 }.total_at_end(rows);
        assert_eq!((at(1, 0), at(1, 49), at(3, 1)), (Some(0), Some(49), Some(101)));
        assert_eq!((at(1, 50), at(3, 50)), (None, None), "more may follow");
        assert_eq!(at(3, 0), None, "beyond the end");
    }

    #[test]
    fn api_05_q_085_paging_limits() {
        assert_eq!(Page::parse(None, None).unwrap(), Page { page: 1, per_page: 50 });
        assert_eq!(Page::parse(Some("3"), Some("100")).unwrap().offset(), 200);
        let refused = Page::parse(Some("0"), Some("101")).unwrap_err();
        assert_eq!(refused.status, 400);
        assert_eq!(refused.body.details.iter().map(|d| d.field.as_str()).collect::<Vec<_>>(), ["page", "per_page"]);
    }
}
