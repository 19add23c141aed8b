//! Whoever is being answered, for as long as that may go on.

use std::fmt;
use std::sync::Arc;

use super::caller::Caller;
use super::meter::Turn;
use super::visitor::Visitor;
use crate::config::Roles;

/// What an answer that takes long was begun by.
///
/// Rules may be replaced while it goes on: the token may have been taken back, or a role.
pub struct Standing {
    visitor: Visitor,
    authorization: Option<Box<[u8]>>,
    roles: Roles,
    /// As long as the answer goes on, it is one of those that are answered at once.
    _turn: Option<Arc<Turn>>,
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the token.
        let mut standing = f.debug_struct("Standing");
        standing.field("roles", &self.roles).finish_non_exhaustive()
    }
}

impl Standing {
    /// That of a caller, who was found by this header `Authorization`, and whose turn it is.
    pub fn new(
        visitor: &Visitor,
        authorization: Option<&[u8]>,
        caller: &Arc<Caller>,
        turn: Option<Arc<Turn>>,
    ) -> Self {
        // A header that others have given out has shown nothing.
        let shown = authorization.filter(|_| caller.is_known_by_token());
        Self {
            visitor: visitor.again(),
            authorization: shown.map(Box::from),
            roles: caller.roles,
            _turn: turn,
        }
    }

    /// Whether whoever it is may still do all that it could do when the answer began.
    pub fn holds(&self) -> bool {
        let caller = self.visitor.caller(self.authorization.as_deref(), None);
        caller.is_ok_and(|caller| caller.roles.and(self.roles) == caller.roles)
    }
}
