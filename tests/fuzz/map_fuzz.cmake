rowfall_fuzz_target(map_fuzz SOURCES map_fuzz.cc STAGES map)
