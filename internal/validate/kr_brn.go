package validate

// krBRN accepts a South Korean business registration number: ten digits with
// the check of the National Tax Service
// (https://ko.wikipedia.org/wiki/사업자등록번호).
func krBRN(value string) bool {
	var buf [10]byte
	d := digits(value, buf[:0])
	if len(d) != 10 || number(d[:3]) < 101 || d[3] == 0 && d[4] == 0 {
		return false
	}
	return (10-(weighted(d, 1, 3, 7, 1, 3, 7, 1, 3, 5)+int(d[8])*5/10)%10)%10 == int(d[9])
}
