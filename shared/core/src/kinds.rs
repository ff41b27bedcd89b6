//! Numbered, versioned bodies: the one way facts and master data become bytes and come back.

/// Makes an enum of bodies, each with a kind number and a version, and its codec. A new version of a kind is
/// a line of its own beside the old one.
macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident: $($variant:ident($body:ty) = $kind:literal v $version:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name { $($variant($body)),+ }

        impl $name {
            /// Every kind with its number and version.
            pub const KINDS: &'static [(&'static str, u16, u8)] = &[$((stringify!($variant), $kind, $version)),+];

            /// Number and version of this kind.
            #[must_use]
            pub const fn kind(&self) -> (u16, u8) {
                match self { $(Self::$variant(_) => ($kind, $version)),+ }
            }

            /// The body as it stands on disk and on the wire.
            ///
            /// # Errors
            /// Only when memory runs out.
            pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
                match self { $(Self::$variant(body) => postcard::to_stdvec(body)),+ }
            }

            /// Reads a body. A kind or version that is not known here is `Ok(None)`.
            ///
            /// # Errors
            /// When the bytes are not a body of that kind, or more than one.
            pub fn decode(kind: u16, version: u8, body: &[u8]) -> Result<Option<Self>, postcard::Error> {
                match (kind, version) {
                    $(($kind, $version) => match postcard::take_from_bytes::<$body>(body)? {
                        (one, []) => Ok(Some(Self::$variant(one))),
                        _ => Err(postcard::Error::DeserializeBadEncoding),
                    },)+
                    _ => Ok(None),
                }
            }
        }

        $(impl From<$body> for $name { fn from(body: $body) -> Self { Self::$variant(body) } })+
    };
}

pub(crate) use kinds;
