package secrets

import "testing"

func TestWeigh(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       Worth
	}{
		{"password", "correct-battery-9", Secret}, {"password", "nixos", Known}, {"password", "changeme", Nothing}, {"password", "YOUR_ADMIN_PASSWORD", Nothing}, {"password", "/run/secrets/x", Nothing},
		{"hashedPassword", "$6$nuDIW/ZPVsrDHyBe$JffJJvvMG+nH8GH9V5h4FqJkU0nfiFkDzAsdYNTHeJM", HashOnly}, {"hashedPassword", "$6$salt$abc", HashOnly}, {"secret_access_key", "k3yOfTwelveOrMore9", Secret}, {"password", "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVkc3RvcmVkc3RvcmVkc3RvcmVk:c2VydmVyc2VydmVyc2VydmVyc2VydmVy", HashOnly}, {"hashedPassword", "!", Nothing},
		{"apiKey", "k3yOfTwelveOrMore9", Secret}, {"apiKey", "some-words-here", Nothing}, {"domain", "k3yOfTwelveOrMore9", Nothing},
	} {
		if got := Weigh(KindOf(c.name), c.text); got != c.want {
			t.Errorf("%s = %s is worth %d, want %d", c.name, c.text, got, c.want)
		}
	}
}
