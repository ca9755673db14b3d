"""The hours to come: what arrives, when backlogs are gone, which lab overflows."""
