package secrets

import (
	"slices"
	"strings"
)

// endings are how names of options, variables and files end that hold a secret, with what it is. The first that fits counts.
var endings = []struct{ end, kind string }{
	{"hashedpassword", "a password hash"}, {"passwordhash", "a password hash"}, {"password", "a password"}, {"passphrase", "a password"}, {"passwd", "a password"}, {"passwort", "a password"},
	{"privatekey", "a private key"}, {"privkey", "a private key"}, {"secretkey", "a key"}, {"secretaccesskey", "a key"}, {"apikey", "a key"}, {"presharedkey", "a key"}, {"encryptionkey", "a key"}, {"psk", "a key"},
	{"accesstoken", "a token"}, {"authtoken", "a token"}, {"apitoken", "a token"}, {"token", "a token"}, {"clientsecret", "a secret"}, {"secret", "a secret"},
}

// KindOf says what kind of secret something of this name holds, by how the name ends; "" if none.
func KindOf(name string) string {
	for i := range endings {
		if endsIn(name, endings[i].end) {
			return endings[i].kind
		}
	}
	return ""
}

// endsIn says whether a name ends in lower-case letters, whatever its case and what its words are parted by.
func endsIn(name, end string) bool {
	i := len(name) - 1
	for k := len(end) - 1; k >= 0; i-- {
		if i < 0 {
			return false
		}
		c := name[i]
		if parts(c) {
			continue
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != end[k] {
			return false
		}
		k--
	}
	return true
}

func parts(c byte) bool { return c == '_' || c == '-' || c == '.' || c == '"' }

// fold drops what names are parted by, and case.
func fold(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r < 0x80 && parts(byte(r)) {
			return -1
		}
		return r
	}, name))
}

// takers are endings of options that are given the path of a file with a secret.
var takers = []string{"passwordfile", "passwordfiles", "passphrasefile", "passwdfile", "passfile", "secretfile", "secretsfile", "secretkeyfile", "privatekeyfile", "presharedkeyfile", "tokenfile",
	"apikeyfile", "keyfile", "credentialsfile", "credentialfile", "pskfile", "accesstokenfile", "secretpath", "passwordpath", "tokenpath", "privatekeypath"}

// TakesSecretFile says that an option of this name is given the path of a file with a secret, and nothing else.
func TakesSecretFile(name string) bool {
	ends := func(end string) bool { return endsIn(name, end) }
	return slices.ContainsFunc(takers, ends) && !slices.ContainsFunc(notTakers, ends)
}

// notTakers are those of them that are given something public.
var notTakers = []string{"publickeyfile", "authorizedkeyfile", "authorizedkeysfile", "trustedkeyfile", "hostkeyfile"}

// TakesEnvironment says that an option of this name is given files of variables, which may be secrets.
func TakesEnvironment(name string) bool {
	l := fold(name)
	return strings.HasSuffix(l, "environmentfile") || strings.HasSuffix(l, "environmentfiles") || strings.HasSuffix(l, "envfile")
}

// TakesCredentials says that an option gives a unit credentials, by name and file (systemd.exec(5), "LoadCredential").
func TakesCredentials(name string) bool {
	l := fold(name)
	return l == "loadcredential" || l == "loadcredentialencrypted" || l == "importcredential"
}
