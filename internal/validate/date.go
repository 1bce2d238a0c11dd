package validate

// dateText accepts a calendar date in figures: year first (1990-05-17,
// 19900517) or year last, with day and month in either order. A year is 1900 to
// 2099, or two digits where it stands last.
func dateText(value string) bool {
	if len(value) == 8 {
		var buf [8]byte
		if d := digits(value, buf[:0]); len(d) == 8 {
			y := number(d[:4])
			return y >= 1900 && y <= 2099 && possibleDate(y, number(d[4:6]), number(d[6:])) ||
				dayMonthYear(number(d[:2]), number(d[2:4]), number(d[4:]))
		}
	}
	var part [3]int
	var width [3]int
	n := 0
	for i := 0; i < len(value); {
		if c := value[i] - '0'; c <= 9 {
			part[n] = part[n]*10 + int(c)
			if width[n]++; width[n] > 4 {
				return false
			}
			i++
			continue
		}
		w := separator(value, i)
		if w == 0 || n == 2 || width[n] == 0 {
			return false
		}
		n++
		i += w
	}
	switch {
	case n != 2 || width[1] > 2 || width[2] == 0:
		return false
	case width[0] == 4 && width[2] <= 2:
		return part[0] >= 1900 && part[0] <= 2099 && possibleDate(part[0], part[1], part[2])
	case width[0] <= 2 && width[2] == 4:
		return dayMonthYear(part[0], part[1], part[2])
	case width[0] <= 2 && width[2] == 2:
		return possibleDate(part[2], part[1], part[0]) || possibleDate(part[2], part[0], part[1])
	}
	return false
}

func dayMonthYear(a, b, year int) bool {
	return year >= 1900 && year <= 2099 && (possibleDate(year, b, a) || possibleDate(year, a, b))
}
