rowfall_fuzz_target(sql_fuzz
  SOURCES sql_fuzz.cc ${PROJECT_SOURCE_DIR}/tests/sql/dump.cc
          ${PROJECT_SOURCE_DIR}/tests/sql/round_trip.cc
  STAGES sql)
