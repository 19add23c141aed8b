//! Which column is for what: as the operator says, or guessed from their names.

use std::fmt;
use std::str::FromStr;

use super::field::{ADDRESS_ENDS, CALLER, CALLER_ENDS, Field, OTHERS, PORT_ENDS, SIDES, plain};

/// Which column is for what, by number from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Columns([Option<usize>; Field::ALL.len()]);

impl Columns {
    /// What the names say.
    pub fn guessed<T: AsRef<str>>(names: &[T]) -> Self {
        let names: Vec<String> = names.iter().map(|name| plain(name.as_ref())).collect();
        let find = |wanted: &str| names.iter().position(|name| name == wanted);
        let with_end = |sides: &[&str], ends: &[&str]| {
            let joined = sides
                .iter()
                .flat_map(|side| ends.iter().map(move |end| format!("{side}{end}")));
            // One letter alone may be anything.
            let mut names = joined.filter(|name| name.len() > 1);
            names.find_map(|name| find(&name))
        };
        let mut columns = Self::default();
        let addresses = SIDES.iter().find_map(|side| {
            let ends: &[&str] = match side.0 {
                CALLER => &CALLER_ENDS,
                _ => &ADDRESS_ENDS,
            };
            Some((side, with_end(side.0, ends)?))
        });
        if let Some(((nat, remote), at)) = addresses {
            columns.0[Field::Nat.index()] = Some(at);
            columns.0[Field::NatPort.index()] = with_end(nat, &PORT_ENDS);
            let other = |ends| with_end(remote, ends).filter(|other| *other != at);
            columns.0[Field::Remote.index()] = other(&ADDRESS_ENDS);
            columns.0[Field::RemotePort.index()] = other(&PORT_ENDS);
        } else {
            // Who asks the other way round has one end only.
            columns.0[Field::Remote.index()] = find("remoteaddress").or_else(|| find("remote"));
            columns.0[Field::RemotePort.index()] = find("remoteport");
        }
        for (field, names) in OTHERS {
            columns.0[field.index()] = names.iter().find_map(|name| find(name));
        }
        columns.tell_date_from_time(&find);
        columns
    }

    /// Where date and time of day are in two columns, one alone is no time.
    fn tell_date_from_time(&mut self, find: &impl Fn(&str) -> Option<usize>) {
        let date = find("date").or_else(|| find("datum"));
        let time = ["time", "uhrzeit", "zeit"].into_iter().find_map(find);
        if let (Some(date), Some(time)) = (date, time)
            && [Some(date), Some(time)].contains(&self.0[Field::At.index()])
        {
            self.0[Field::At.index()] = Some(date);
            self.0[Field::TimeOfDay.index()] = Some(time);
        }
        let [from, to] = [Field::From, Field::To].map(|field| self.0[field.index()]);
        if from.is_none() || to.is_none() {
            // One side alone is a moment, if there is no other.
            let at = &mut self.0[Field::At.index()];
            *at = at.or(from).or(to);
            self.0[Field::From.index()] = None;
            self.0[Field::To.index()] = None;
        } else if self.0[Field::At.index()].is_some() {
            self.0[Field::From.index()] = None;
            self.0[Field::To.index()] = None;
        }
    }

    /// What the names say, but for what is named.
    ///
    /// # Errors
    ///
    /// Where a named column is not there.
    pub fn named<T: AsRef<str>>(names: &[T], named: &[Named]) -> Result<Self, Absent> {
        let mut columns = Self::guessed(names);
        let is_endpoint = |field| matches!(field, Field::Nat | Field::NatPort);
        if named.iter().any(|it| is_endpoint(it.field)) {
            // Half of somebody else's endpoint is worse than none.
            columns.0[Field::Nat.index()] = None;
            columns.0[Field::NatPort.index()] = None;
        }
        let is_time = |field| {
            matches!(
                field,
                Field::At | Field::From | Field::To | Field::TimeOfDay
            )
        };
        if named.iter().any(|it| is_time(it.field)) {
            for field in [Field::At, Field::From, Field::To, Field::TimeOfDay] {
                columns.0[field.index()] = None;
            }
        }
        for Named { field, column } in named {
            columns.0[field.index()] = match &**column {
                "" => None,
                column => Some(position(names, column).ok_or_else(|| Absent {
                    field: *field,
                    column: column.to_owned(),
                    found: names.iter().map(|name| name.as_ref().to_owned()).collect(),
                })?),
            };
        }
        Ok(columns)
    }

    /// The column of a field.
    pub const fn of(&self, field: Field) -> Option<usize> {
        self.0[field.index()]
    }

    /// Whether a question can come of it: somebody is asked about.
    pub const fn has_subject(&self) -> bool {
        self.of(Field::Nat).is_some()
            || self.of(Field::NatPort).is_some()
            || self.of(Field::Remote).is_some()
            || self.of(Field::Internal).is_some()
    }
}

/// A column by its name as it is written, by its name written differently, or by
/// its number from 1.
fn position<T: AsRef<str>>(names: &[T], column: &str) -> Option<usize> {
    let exact = names.iter().position(|name| name.as_ref() == column);
    let alike = || {
        let wanted = plain(column);
        names.iter().position(|name| plain(name.as_ref()) == wanted)
    };
    let number = || {
        let number: usize = column.parse().ok()?;
        (1..=names.len()).contains(&number).then(|| number - 1)
    };
    exact.or_else(number).or_else(alike)
}

/// A column that the operator has named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// What it is for.
    pub field: Field,
    /// Its name or its number from 1; none where empty.
    pub column: String,
}

/// A named column that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("find column \"{column}\" for {}: the columns are {}", field.name(), found.join(", "))]
pub struct Absent {
    /// What it would have been for.
    pub field: Field,
    /// How it was named.
    pub column: String,
    /// The columns that are there.
    pub found: Vec<String>,
}

/// Why a text names no column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" names no column: {cause}")]
pub struct NamedError {
    /// The text.
    pub found: String,
    /// What is wrong with it.
    pub cause: &'static str,
}

/// What [`Named`] is read from.
pub const NAMED: &str = "FIELD=COLUMN, separated by commas, with the column's name or number and \
                         for FIELD one of nat_address, nat_port, remote_address, remote_port, \
                         internal_address, protocol, kind, zone, at, time_of_day, from, to";

impl FromStr for Named {
    type Err = NamedError;

    fn from_str(text: &str) -> Result<Self, NamedError> {
        let error = |cause| NamedError {
            found: text.to_owned(),
            cause,
        };
        let (field, column) = text
            .split_once('=')
            .ok_or_else(|| error("it has no equals sign"))?;
        let field = Field::of_name(field.trim()).ok_or_else(|| error("no such field"))?;
        Ok(Self {
            field,
            column: column.trim().to_owned(),
        })
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.field.name(), self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The columns that a header's names are taken for.
    fn guessed(header: &str) -> String {
        let names: Vec<&str> = header.split(',').collect();
        shown(&names, &Columns::guessed(&names))
    }

    fn shown(names: &[&str], columns: &Columns) -> String {
        let taken = Field::ALL.iter().filter_map(|field| {
            let column = names[columns.of(*field)?];
            Some(format!("{}={column}", field.name()))
        });
        taken.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn headers_of_many_makers_are_understood() {
        for (header, expected) in [
            (
                "nat_address,nat_port,remote_address,remote_port,protocol,at",
                "nat_address=nat_address nat_port=nat_port remote_address=remote_address \
                 remote_port=remote_port protocol=protocol at=at",
            ),
            ("nat,remote", "nat_address=nat remote_address=remote"),
            // Suricata, and a spreadsheet.
            (
                "timestamp,src_ip,src_port,dest_ip,dest_port,proto",
                "nat_address=src_ip nat_port=src_port remote_address=dest_ip \
                 remote_port=dest_port protocol=proto at=timestamp",
            ),
            (
                "Date,Time,Source IP,Source Port,Destination IP",
                "nat_address=Source IP nat_port=Source Port remote_address=Destination IP \
                 at=Date time_of_day=Time",
            ),
            // Zeek.
            (
                "ts,uid,id.orig_h,id.orig_p,id.resp_h,id.resp_p,proto",
                "nat_address=id.orig_h nat_port=id.orig_p remote_address=id.resp_h \
                 remote_port=id.resp_p protocol=proto at=ts",
            ),
            // ECS.
            (
                "@timestamp,source.ip,source.port,destination.ip,network.transport",
                "nat_address=source.ip nat_port=source.port remote_address=destination.ip \
                 protocol=network.transport at=@timestamp",
            ),
            // nginx, where "remote" is the client.
            (
                "time_iso8601,remote_addr,remote_port,server_addr,server_port",
                "nat_address=remote_addr nat_port=remote_port remote_address=server_addr \
                 remote_port=server_port at=time_iso8601",
            ),
            // Reports of scans: the offender has no name but "ip".
            (
                "timestamp,ip,port,protocol,dst_ip,dst_port",
                "nat_address=ip nat_port=port remote_address=dst_ip remote_port=dst_port \
                 protocol=protocol at=timestamp",
            ),
            // A German spreadsheet.
            (
                "Datum,Uhrzeit,Quell-IP,Quellport,Ziel-IP,Zielport,Protokoll",
                "nat_address=Quell-IP nat_port=Quellport remote_address=Ziel-IP \
                 remote_port=Zielport protocol=Protokoll at=Datum time_of_day=Uhrzeit",
            ),
            ("Quell-IP,Zeitpunkt", "nat_address=Quell-IP at=Zeitpunkt"),
            ("ip,start,end", "nat_address=ip from=start to=end"),
            ("ip,first_seen", "nat_address=ip at=first_seen"),
            ("host,time", "nat_address=host at=time"),
            ("host,ip,s", "nat_address=ip"),
            // Caddy and Envoy.
            (
                "ts,request.remote_ip,request.remote_port,request.host",
                "nat_address=request.remote_ip nat_port=request.remote_port at=ts",
            ),
            (
                "downstream_remote_address,downstream_local_address",
                "nat_address=downstream_remote_address remote_address=downstream_local_address",
            ),
            // The other way round.
            (
                "internal_address,remote_address,from,to",
                "remote_address=remote_address internal_address=internal_address from=from to=to",
            ),
            ("name,comment", ""),
        ] {
            assert_eq!(guessed(header), expected, "{header}");
        }
    }

    fn named(header: &str, named: &[&str]) -> Result<String, String> {
        let names: Vec<&str> = header.split(',').collect();
        let parsed: Vec<Named> = named.iter().map(|it| it.parse().unwrap()).collect();
        Columns::named(&names, &parsed)
            .map(|columns| shown(&names, &columns))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_named_goes_before_what_is_guessed() {
        let header = "a,b,src_ip,src_port,time";
        let said = named(header, &["nat_address=a", "nat_port=2"]);
        assert_eq!(said.unwrap(), "nat_address=a nat_port=b at=time");
        let said = named(header, &["at="]);
        assert_eq!(said.unwrap(), "nat_address=src_ip nat_port=src_port");
        let said = named(header, &["nat=SRC-IP"]);
        assert_eq!(said.unwrap(), "nat_address=src_ip at=time");
        let said = named(header, &["nat=nat"]);
        assert_eq!(
            said.unwrap_err(),
            "find column \"nat\" for nat_address: the columns are a, b, src_ip, src_port, time"
        );
        assert!(named(header, &["nat=6"]).is_err() && named(header, &["nat=0"]).is_err());
    }

    #[test]
    fn only_roles_can_be_named() {
        assert!("nat_port".parse::<Named>().is_err());
        let error = "nat_prot=1".parse::<Named>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"nat_prot=1\" names no column: no such field"
        );
    }
}
