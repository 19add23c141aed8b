//! The 65 536 ports of a NAT address as a picture: a dot for each, 256 in a row.

use std::io;

/// Dots in a row, and rows.
pub const SIDE: usize = 256;

/// Ports, and dots.
const PORTS: usize = SIDE * SIDE;

/// What a port is used for, as a place in the palette.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dot {
    /// Nobody.
    Free,
    /// One of the hosts that have colours of their own.
    Host(u8),
    /// Another host.
    Other,
    /// Several hosts, each for another remote.
    Shared,
}

/// The colours of hosts, as far apart for every kind of eye as can be (Okabe and Ito,
/// Color Universal Design).
pub const HOST_COLOURS: [&str; 7] = [
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7",
];

/// The colour of all other hosts.
pub const OTHER_COLOUR: &str = "#8a949a";

/// The colour of ports that several hosts share.
pub const SHARED_COLOUR: &str = "#7b4fd0";

impl Dot {
    /// Its place in the palette.
    fn index(self) -> u8 {
        const HOSTS: u8 = HOST_COLOURS.len() as u8;
        match self {
            Self::Free => 0,
            Self::Host(number) => 1 + number.min(HOSTS - 1),
            Self::Other => 1 + HOSTS,
            Self::Shared => 2 + HOSTS,
        }
    }
}

/// A PNG of a port map; `dot` tells what each port is used for. Free ports are
/// transparent.
///
/// # Errors
///
/// None is known: it is written to memory.
pub fn picture(dot: impl Fn(u16) -> Dot) -> io::Result<Vec<u8>> {
    // Two dots in a byte.
    let mut dots = vec![0_u8; PORTS / 2];
    for port in 0..=u16::MAX {
        let shift = if port % 2 == 0 { 4 } else { 0 };
        dots[usize::from(port / 2)] |= dot(port).index() << shift;
    }
    let mut file = Vec::new();
    let side = SIDE as u32;
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Four);
    encoder.set_palette(palette());
    encoder.set_trns(vec![0]);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&dots)?;
    writer.finish()?;
    Ok(file)
}

fn palette() -> Vec<u8> {
    let colours = HOST_COLOURS
        .into_iter()
        .chain([OTHER_COLOUR, SHARED_COLOUR]);
    let mut palette = vec![0, 0, 0];
    for colour in colours {
        let number = u32::from_str_radix(&colour[1..], 16).unwrap_or_default();
        palette.extend_from_slice(&number.to_be_bytes()[1..]);
    }
    palette
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_port_is_where_its_number_says() {
        let dot = |port: u16| match port {
            0 => Dot::Host(0),
            257 => Dot::Shared,
            65_535 => Dot::Other,
            _ => Dot::Free,
        };
        let file = picture(dot).unwrap();
        let decoder = png::Decoder::new(io::Cursor::new(&file));
        let mut reader = decoder.read_info().unwrap();
        let mut dots = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut dots).unwrap();
        assert_eq!((info.width, info.height), (256, 256));
        assert_eq!(dots.len(), PORTS / 2);
        assert_eq!(dots[0], Dot::Host(0).index() << 4);
        assert_eq!(dots[128], Dot::Shared.index());
        assert_eq!(dots[PORTS / 2 - 1], Dot::Other.index());
        assert_eq!(dots.iter().filter(|dots| **dots != 0).count(), 3);
    }

    #[test]
    fn every_dot_has_a_colour() {
        assert_eq!(palette().len(), 3 * (1 + usize::from(Dot::Shared.index())));
        assert!(Dot::Shared.index() < 16);
    }

    #[test]
    fn the_fullest_picture_is_small() {
        // As random as ports are.
        let dot = |port: u16| Dot::Host((u32::from(port).wrapping_mul(2_654_435_761) >> 29) as u8);
        assert!(picture(dot).unwrap().len() < 40 << 10);
    }
}
