-- Every look asks which disputes go on and every repair forgets the old ones, however many endpoints others made wrong in the last minutes.
create index disputes_until on endpoint_sync.disputes (schema_name, until);
