//! Users and groups of the machine.

use super::super::{UnixGroup, UnixUser};
use super::{Fault, Form, Found, integer, quote, text};

/// What stands for whoever has a number alone: `-1` of the system's calls.
const NOBODYS: u32 = u32::MAX;

/// A user, by name or number.
pub(in super::super) struct User;

impl Form for User {
    type Value = UnixUser;
    const SHAPE: &'static str = "NAME or NUMBER";

    fn read(found: &Found<'_>) -> Result<UnixUser, Fault> {
        let expected = "a user's name or number";
        if found.get_ref().is_integer() {
            let uid = number(found, expected)?;
            let text = uid.to_string();
            return Ok(UnixUser { text, uid });
        }
        let name = name(found, expected)?;
        let user = found.accounts.user(name);
        user.ok_or_else(|| unknown(found, name, "user", "/etc/passwd"))
    }

    fn write(user: &UnixUser) -> String {
        number_or_name(&user.text)
    }
}

/// A group, by name or number.
pub(in super::super) struct Group;

impl Form for Group {
    type Value = UnixGroup;
    const SHAPE: &'static str = "NAME or NUMBER";

    fn read(found: &Found<'_>) -> Result<UnixGroup, Fault> {
        let expected = "a group's name or number";
        if found.get_ref().is_integer() {
            return Ok(found.accounts.group_of_number(number(found, expected)?));
        }
        let name = name(found, expected)?;
        let group = found.accounts.group(name);
        group.ok_or_else(|| unknown(found, name, "group", "/etc/group"))
    }

    fn write(group: &UnixGroup) -> String {
        number_or_name(&group.text)
    }
}

fn number(found: &Found<'_>, expected: &str) -> Result<u32, Fault> {
    integer(found)
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| *number != NOBODYS)
        .ok_or_else(|| Fault::unexpected(found, expected))
}

/// A text that is no number: those stand without quotes, so that a number that is written
/// is never taken for a name.
fn name<'v>(found: &Found<'v>, expected: &str) -> Result<&'v str, Fault> {
    let name = text(found, expected)?;
    if name.is_empty() {
        return Err(Fault::unexpected(found, expected));
    }
    if is_number(name) {
        let fault = Fault::unexpected(found, expected);
        return Err(fault.hint(format!("write {name}, without quotes")));
    }
    Ok(name)
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn unknown(found: &Found<'_>, name: &str, what: &str, file: &str) -> Fault {
    let cause = match found.accounts.unread() {
        Some(reason) => format!("look up the {what} {name:?}: {reason}"),
        None => format!("there is no {what} {name:?} in {file}"),
    };
    Fault::new(found, cause).hint(format!(
        "write the {what}'s number where it comes from elsewhere, such as LDAP; `getent` knows it"
    ))
}

fn number_or_name(text: &str) -> String {
    match is_number(text) {
        true => text.to_owned(),
        false => quote(text),
    }
}
