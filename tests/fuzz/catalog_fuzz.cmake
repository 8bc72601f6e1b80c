rowfall_fuzz_target(catalog_fuzz SOURCES catalog_fuzz.cc
  STAGES engine LIBS rowfall_testing_objects)
