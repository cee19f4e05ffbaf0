"""Prints an XML file as JSON: of each element its tag, attributes, text and children."""

import json
import sys
from xml.etree import ElementTree


def plain(element):
    text = (element.text or "").strip()
    children = [plain(child) for child in element]
    return {"tag": element.tag, "attributes": element.attrib, "text": text, "children": children}


print(json.dumps(plain(ElementTree.parse(sys.argv[1]).getroot())))
