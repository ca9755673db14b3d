-- What labs have declared they can test a day, from when on.
SELECT lab, valid_from, tubes_per_day FROM lab_capacity WHERE valid_from <= :last_day ORDER BY lab, valid_from, version
