rowfall_fuzz_target(eval_fuzz
  SOURCES eval_fuzz.cc STAGES eval sql)
