#!/usr/bin/env python3
"""What a Python client makes of https://localhost:PORT/ for each port:
"PORT works" or "PORT fails MESSAGE". SPDX-License-Identifier: Apache-2.0"""
import ssl
import sys
import urllib.request

context = ssl.create_default_context(cafile=sys.argv[1])
for port in sys.argv[2:]:
    try:
        url = "https://localhost:" + port + "/"
        urllib.request.urlopen(url, context=context, timeout=8).read()
        print(port, "works")
    except Exception as e:  # whatever it is, its words are what counts
        print(port, "fails", str(e).replace("\n", " "))
