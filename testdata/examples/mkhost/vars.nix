rec {
  domain = "moorland.example";
  admin = "ines";
  email = "${admin}@${domain}";
  ports = {
    ssh = 2222;
    web = 8443;
  };
  lan = "192.168.40.0/24";
}
