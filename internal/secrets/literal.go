package secrets

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// placeholders are texts, or parts of texts, that stand for a secret which is still to come.
var placeholders = []string{"changeme", "changethis", "replaceme", "replacethis", "placeholder", "example", "yoursecret", "yourpassword", "yourtoken", "yourkey", "insert", "todo", "fixme", "xxxx", "dummy", "notasecret", "notset", "unset", "redacted", "secrethere", "passwordhere",
	"1234567890", "0123456789", "abcdefghij", "a1b2c3d4"}

// plainWords are texts that say how something is asked for, not what it is.
var plainWords = []string{"none", "null", "true", "false", "yes", "no", "on", "off", "ask", "prompt", "never", "always", "required", "optional", "default", "disabled", "enabled", "auto", "manual", "any", "empty", "plain", "basic", "bearer", "token", "password", "secret", "key", "apikey", "keyring", "gnome-keyring", "kwallet", "file", "env", "vault", "invalid", "unused", "include", "sufficient", "requisite", "n/a"}

// wellKnown are passwords that everybody tries first. Whoever sets one knows that it keeps nobody out.
var wellKnown = []string{"nixos", "root", "admin", "test", "guest", "toor", "user", "demo", "1234", "12345", "123456", "12345678", "foo", "bar", "foobar", "pass", "pw", "hunter2", "vagrant", "correcthorsebatterystaple", "raspberry", "postgres", "mysql", "live", "install", "hackme", "sw2ycwtib9zpoohopsmm", "password1", "admin123"}

// hashes are how the hashes of passwords begin (crypt(5); RFC 5803 for SCRAM).
var hashes = []string{"$y$", "$gy$", "$7$", "$6$", "$5$", "$1$", "$2a$", "$2b$", "$2y$", "$argon2", "$scrypt", "$pbkdf2", "$sha512$", "{SSHA", "{SHA", "{BCRYPT", "SCRAM-SHA-", "argon2:$"}

// IsHash says that a text is the hash of a password, or stands for one.
func IsHash(text string) bool {
	return slices.ContainsFunc(hashes, func(h string) bool { return strings.HasPrefix(text, h) })
}

// WholeHash says that what IsHash is long enough for a hash.
func WholeHash(text string) bool {
	return len(text)-strings.LastIndexAny(text, "$:}")-1 >= shortestHash
}

// shortestHash is how long what follows the salt is at least: that of MD5 has 22 letters (crypt(5)), and "abc" stands for one.
const shortestHash = 8

// Worth is how surely a text is a secret.
type Worth uint8

// What a text is worth.
const (
	Nothing  Worth = iota // it is none
	Known                 // one that everybody knows
	HashOnly              // the hash of one
	Secret
)

// Weigh says what the text of something is worth that is called like a secret. kind is KindOf its name.
func Weigh(kind, text string) Worth {
	if kind == "" || len(text) < 3 || strings.ContainsAny(text, " \t\n<>\x00\x01") {
		return Nothing
	}
	if IsHash(text) {
		return HashOnly
	}
	for _, filled := range []string{"/", "./", "~", "$", "@", "%", "{{", "${", "file:", "env:", "os.environ/", "!", "keyring", "pass:", "op://", "vault:", "bw:", "cmd:", "*", "http://", "https://", "secret-tool", "ENC["} {
		if strings.HasPrefix(text, filled) {
			return Nothing
		}
	}
	l := strings.ToLower(text)
	bare := fold(text)
	if strings.HasPrefix(bare, "your") && KindOf(bare) != "" {
		return Nothing // YOUR_ADMIN_PASSWORD
	}
	if slices.Contains(plainWords, l) || slices.ContainsFunc(placeholders, func(p string) bool { return strings.Contains(bare, p) }) || repeated(text) || strings.ContainsAny(text, "{}") {
		return Nothing
	}
	if i := strings.LastIndexByte(text, '/'); i > 0 && KindOf(text[i+1:]) != "" {
		return Nothing // the name of a secret among others: db/mysql/root/password
	}
	if kind == "a password hash" {
		return Nothing // no hash that anything takes: "!", "x"
	}
	if slices.Contains(wellKnown, l) {
		return Known
	}
	if kind == "a password" {
		return Secret
	}
	if !Drawn(text) {
		return Nothing
	}
	return Secret
}

// repeated says that a text is one character again and again: xxxxxxxx, 00000000.
func repeated(text string) bool { return strings.Trim(text, text[:1]) == "" }

// Drawn says that a text looks as if it were drawn by chance, as keys and tokens are; words and names do not.
func Drawn(text string) bool { return len(text) >= 12 && Entropy(text) >= 3 && drawn(text) }

// drawn says that a text has digits among letters, or capitals within words.
func drawn(text string) bool {
	digits, upper, lower := 0, 0, 0
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z':
			upper++
		case c >= 'a' && c <= 'z':
			lower++
		}
	}
	return digits >= 2 && upper+lower > 0 || digits > 0 && upper > 1 && lower > 1
}

// Entropy is Shannon's, in bits for each byte of a text.
func Entropy(text string) float64 {
	var n [256]int
	for i := range len(text) {
		n[text[i]]++
	}
	h := 0.0
	for _, c := range n {
		if c > 0 {
			p := float64(c) / float64(len(text))
			h -= p * math.Log2(p)
		}
	}
	return h
}

// forms are texts that are secrets wherever they stand: the forms of keys and tokens that their makers publish, so that scanners find them.
var forms = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1[A-Z0-9]{20,}|\bgh[pousr]_[A-Za-z0-9]{36}|\bglpat-[A-Za-z0-9_-]{20}|\bAKIA[A-Z0-9]{16}\b|\btskey-[a-z]+-[A-Za-z0-9]{8,}|\bxox[bp]-[0-9A-Za-z-]{20,}|\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}`)
})

// formBeginnings are what one of forms has in it: most files have none, and a regular expression over every file is slow.
var formBeginnings = []string{"PRIVATE KEY-----", "AGE-SECRET-KEY-1", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat-", "AKIA", "tskey-", "xoxb-", "xoxp-"}

// beginsWord says whether a word of a text begins so: disk- has sk- in it, and many a file has that.
func beginsWord(text, with string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], with)
		if i < 0 {
			return false
		}
		at += i
		if at == 0 {
			return true
		}
		if c := text[at-1]; c != '_' && !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return true
		}
		at += len(with)
	}
}

// Form finds a key or token by its form: its first and one past its last byte, nil if there is none.
func Form(text string) []int {
	if !slices.ContainsFunc(formBeginnings, func(b string) bool { return strings.Contains(text, b) }) && !beginsWord(text, "sk-") {
		return nil
	}
	for at := 0; at < len(text); {
		m := forms().FindStringIndex(text[at:])
		if m == nil {
			return nil
		}
		m[0], m[1] = m[0]+at, m[1]+at
		found := text[m[0]:m[1]]
		if bare := fold(found); !slices.ContainsFunc(placeholders, func(p string) bool { return strings.Contains(bare, p) }) && !repeated(strings.TrimLeft(found[strings.LastIndexAny(found, "-_")+1:], " ")+" ") {
			return m
		}
		at = m[1]
	}
	return nil
}

// Elsewhere says that an option only looks as if it held a secret: the token of an IPv6 address, the entry in a password manager, a command that asks for
// one, what a key on the keyboard does, the name of a secret of Kubernetes (existingSecretPassword of Helm's charts).
func Elsewhere(path []string) bool {
	if len(path) > 1 && path[0] == "systemd" && path[1] == "network" {
		return true
	}
	return slices.ContainsFunc(path, func(s string) bool {
		l := strings.ToLower(s)
		return strings.Contains(l, "rbw") || strings.Contains(l, "bitwarden") || strings.Contains(l, "keychain") || strings.HasSuffix(l, "command") || strings.Contains(l, "keybind") || strings.HasPrefix(l, "existing") || strings.Contains(l, "shellaliases") ||
			l == "pam" || l == "metainfo" || l == "description"
	})
}
