# In Rhai: let r = send("GET", "/x"); print(r.text);
# Found: has no field
import json

import requests

r = requests.get("https://usermanagement.adobe.io/v2/usermanagement/users/ABC123@AdobeOrg/0", headers={"x": "y"})
print(r.status_code, r.ok, r.headers["Content-Type"])
print(r.json()["users"][0]["email"], json.loads(r.text)["lastPage"], len(r.json()["users"]))
