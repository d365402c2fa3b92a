{ vars, ... }:
{
  services.nginx.virtualHosts."www.${vars.domain}" = {
    listen = [ { addr = "0.0.0.0"; port = vars.ports.web; ssl = true; } ];
    locations."/".return = "200 'write to ${vars.email}'";
  };
  security.acme.defaults.email = vars.email;
}
