package dependency

// maxName is how long a name may be.
const maxName = 64

// ValidName reports whether a name is fit for configuration keys, files, environment
// variables and tokens of subjects: 1 to 64 letters, digits, - or _.
func ValidName(name string) bool {
	if name == "" || len(name) > maxName {
		return false
	}
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}
