"""The parts that need no Odoo: python3 -m unittest test_report, in this folder. Odoo runs none of these."""

import os
import sys
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import report  # noqa: E402

SUBSCRIBERS = {"version": 7, "subscribers": [
    {"kind": "Silo", "name": "silo-1", "id": "a", "silo": "silo-1", "version": 7, "lag": 0, "problem": None},
    {"kind": "Worker", "name": "odoo-http@h:1", "id": "b", "silo": "silo-1", "version": 6, "lag": 1,
     "problem": "Odoo finds no app for <i>/x/</i>"},
]}


class ReportTests(unittest.TestCase):
    def parsed(self, html):
        return xml.etree.ElementTree.fromstring("<all>%s</all>" % html)

    def test_who_is_behind_comes_first_and_every_text_is_escaped(self):
        page = report.fleet(SUBSCRIBERS, "odoo-http@h:2", 7)
        self.assertNotIn("<i>", page)
        rows = self.parsed(page).findall(".//tbody/tr")
        self.assertEqual(["odoo-http@h:1", "silo-1"], [row.findall("td")[1].text for row in rows])
        self.assertIn("odoo-http@h:2, which serves version 7", page)

    def test_only_who_is_behind_is_mailed_about(self):
        self.assertEqual(["b"], list(report.behind(SUBSCRIBERS)))

    def test_an_endpoint_that_is_served_as_declared_has_no_banner(self):
        self.assertEqual("", report.banner("x", True, True, None))
        self.assertEqual("", report.banner("x", False, False, None))
        self.assertIn("quarantine: a space", report.banner("x", True, True, "a space"))
        self.assertIn("not served as it is declared", report.banner("x", True, False, None))

    def test_a_receipt_names_who_is_missing(self):
        page = report.receipt({
            "outcome": "Synced", "version": 8, "routesAdded": 1, "routesChanged": 0, "routesRemoved": 0,
            "convergence": {"silos": 2, "workers": 3, "missing": [{"name": "odoo-http@h:1"}]}})
        self.assertIn("2 silos, 3 workers", page)
        self.assertIn("odoo-http@h:1", page)

    def test_nothing_is_said_where_there_is_nothing(self):
        self.assertEqual("<p>No endpoint is in quarantine.</p>", report.quarantine({"quarantine": []}))


if __name__ == "__main__":
    unittest.main()
