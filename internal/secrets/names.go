package secrets

import "strings"

// endings are how names of options, variables and files end that hold a secret, with what it is. The first that fits counts.
var endings = []struct{ end, kind string }{
	{"hashedpassword", "a password hash"}, {"passwordhash", "a password hash"}, {"password", "a password"}, {"passphrase", "a password"}, {"passwd", "a password"}, {"passwort", "a password"},
	{"privatekey", "a private key"}, {"privkey", "a private key"}, {"secretkey", "a key"}, {"apikey", "a key"}, {"presharedkey", "a key"}, {"encryptionkey", "a key"}, {"psk", "a key"},
	{"accesstoken", "a token"}, {"authtoken", "a token"}, {"apitoken", "a token"}, {"token", "a token"}, {"clientsecret", "a secret"}, {"secret", "a secret"},
}

// KindOf says what kind of secret something of this name holds, by how the name ends; "" if none.
func KindOf(name string) string {
	l := fold(name)
	for _, e := range endings {
		if strings.HasSuffix(l, e.end) {
			return e.kind
		}
	}
	return ""
}

// fold drops what names are parted by, and case.
func fold(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", `"`, "", ".", "").Replace(name))
}

// takers are endings of options that are given the path of a file with a secret.
var takers = []string{"passwordfile", "passwordfiles", "passphrasefile", "passwdfile", "passfile", "secretfile", "secretsfile", "secretkeyfile", "privatekeyfile", "presharedkeyfile", "tokenfile",
	"apikeyfile", "keyfile", "credentialsfile", "credentialfile", "pskfile", "accesstokenfile", "secretpath", "passwordpath", "tokenpath", "privatekeypath"}

// TakesSecretFile says that an option of this name is given the path of a file with a secret, and nothing else.
func TakesSecretFile(name string) bool {
	l := fold(name)
	if strings.HasSuffix(l, "publickeyfile") || strings.HasSuffix(l, "authorizedkeyfile") || strings.HasSuffix(l, "authorizedkeysfile") || strings.HasSuffix(l, "trustedkeyfile") || strings.HasSuffix(l, "hostkeyfile") {
		return false
	}
	for _, t := range takers {
		if strings.HasSuffix(l, t) {
			return true
		}
	}
	return false
}

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
