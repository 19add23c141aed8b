//! Random numbers that are the same for the same seed, on every machine.
//!
//! Good enough for made-up traffic and fast; not for secrets.

/// A generator of the xoshiro256++ family.
#[derive(Clone, Debug)]
pub struct Random {
    state: [u64; 4],
    /// The second of two normal numbers that were made together.
    spare: Option<f64>,
}

impl Random {
    /// Begins the sequence of a seed.
    pub fn of(seed: u64) -> Self {
        let mut next = seed;
        let state = std::array::from_fn(|_| {
            next = next.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(next)
        });
        Self { state, spare: None }
    }

    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// A number below `bound`, which is at most 2³².
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        ((self.bits() >> 32) * bound) >> 32
    }

    /// A number from 0 (not included) to 1 (included).
    #[inline]
    pub fn share(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// A normal number around 0 with a deviation of 1 (Box and Muller).
    #[inline]
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * self.share().ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.share()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// A log-normal number: half lie below `median`.
    #[inline]
    pub fn log_normal(&mut self, median: f64, deviation: f64) -> f64 {
        median * (deviation * self.normal()).exp()
    }

    /// A waiting time of a Poisson process, whose mean is 1.
    #[inline]
    pub fn wait(&mut self) -> f64 {
        -self.share().ln()
    }
}

/// Scatters a number: neighbours have nothing in common afterwards.
pub const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Draws indices that differ in weight, each in constant time (Walker's alias
/// method).
#[derive(Clone, Debug)]
pub struct Weighted {
    /// By index: below which share the index itself is meant, in 2⁻³², and
    /// which other one is meant above.
    columns: Vec<(u32, u32)>,
}

impl Weighted {
    /// Takes the weight of each index.
    pub fn by(weights: &[f64]) -> Self {
        let count = weights.len();
        let mean = weights.iter().sum::<f64>() / count as f64;
        let mut shares: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
        let mut columns = vec![(u32::MAX, 0); count];
        let (mut poor, mut rich): (Vec<usize>, Vec<usize>) =
            (0..count).partition(|&index| shares[index] < 1.0);
        while let (Some(&one), Some(&other)) = (poor.last(), rich.last()) {
            poor.pop();
            columns[one] = ((shares[one] * 4_294_967_295.0) as u32, other as u32);
            shares[other] -= 1.0 - shares[one];
            if shares[other] < 1.0 {
                rich.pop();
                poor.push(other);
            }
        }
        Self { columns }
    }

    /// Index *n* has the weight 1 / (*n* + 1)^`exponent`.
    pub fn zipf(count: usize, exponent: f64) -> Self {
        let weights: Vec<f64> = (1..=count)
            .map(|rank| (rank as f64).powf(-exponent))
            .collect();
        Self::by(&weights)
    }

    /// Draws one.
    #[inline]
    pub fn draw(&self, random: &mut Random) -> u32 {
        let bits = random.bits();
        let column = ((bits >> 32) * self.columns.len() as u64) >> 32;
        let (limit, other) = self.columns[column as usize];
        if (bits as u32) <= limit {
            column as u32
        } else {
            other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_come_as_often_as_their_weight_says() {
        let weighted = Weighted::by(&[5.0, 0.0, 1.0, 4.0]);
        let mut random = Random::of(1);
        let mut counts = [0_u32; 4];
        for _ in 0..100_000 {
            counts[weighted.draw(&mut random) as usize] += 1;
        }
        for (count, expected) in counts.iter().zip([50_000, 0, 10_000, 40_000]) {
            assert!(count.abs_diff(expected) < 1000, "{counts:?}");
        }
    }

    #[test]
    fn normal_numbers_have_their_mean_and_deviation() {
        let mut random = Random::of(2);
        let numbers: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
        let mean = numbers.iter().sum::<f64>() / 1e5;
        let square = numbers.iter().map(|number| number * number).sum::<f64>() / 1e5;
        assert!(
            mean.abs() < 0.02 && (square - 1.0).abs() < 0.03,
            "{mean} {square}"
        );
    }

    #[test]
    fn the_same_seed_gives_the_same() {
        let draw = |seed| {
            let mut random = Random::of(seed);
            [random.bits(), random.below(1000), random.bits()]
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }
}
