package check

import "nixsink/internal/suggest"

// didYouMean is `, did you mean "x"?`, or "" where nothing is near.
func didYouMean(name string, known []string) string {
	if near := suggest.Nearest(name, known); near != "" {
		return ", did you mean \"" + near + "\"?"
	}
	return ""
}
