/** The functions and tables that tell SQL from prose. */

/** Nobody writes these with a parenthesis behind them unless they speak to a database. */
export const TELLING_FUNCTIONS = new Set(
  `sleep benchmark pg_sleep extractvalue updatexml load_file randomblob generate_series group_concat string_agg xmltype xmlagg json_extract json_depth
   json_keys xp_cmdshell xp_dirtree xp_regread xp_regwrite sp_executesql sp_oacreate sp_password sp_makewebtask sp_addlogin openrowset opendatasource
   openquery fn_varbintohexstr fn_xe_file_target_read_file fn_get_audit_file lo_import lo_export pg_read_file pg_ls_dir pg_read_binary_file
   database_to_xml query_to_xml table_to_xml current_database dbms_pipe receive_message utl_inaddr utl_http get_host_address get_host_name
   name_const gtid_subset gtid_subtract st_latfromgeohash st_longfromgeohash multipoint geometrycollection polygon multipolygon linestring multilinestring make_set
   elt regexp_substring regexp_like crypt_key sqlid_to_sqlhash drithsx mdsys ctxsys quotename has_dbaccess is_srvrolemember is_member suser_name
   suser_sname dbms_lock dbms_utility sqlite_version load_extension procedure_analyse analyse row_count found_rows last_insert_id connection_id
   schema_name col_name object_id object_name db_name db_id host_name substring_index find_in_set unhex uncompress procedure aes_encrypt aes_decrypt
   des_encrypt xmlquery xmltable httpuritype urifactory dbmsoutput exp_dump export_set convert_tz row_to_json iif zeroblob writefile readfile fts3_tokenizer
   floor_rand rowcount dblink_connect dblink pg_cancel_backend`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Ordinary functions: a sign only where the grammar around them is SQL. */
export const FUNCTIONS = new Set(
  `abs ascii asc avg bin bin_to_num bit_length bit_and bit_or cast char chr char_length character_length coalesce concat concat_ws conv convert count cot
   cos crc32 curdate current_date current_time current_timestamp current_user curtime database date date_add date_format datediff dayname decode
   encode encrypt exists exp field floor format from_base64 get_lock greatest hex if ifnull instr insert interval isnull json_array json_object lcase
   least left length len like ln load locate log lower lpad ltrim mad max md5 mid min mod monthname not now nullif nvl oct octet_length ord password patindex
   pi position pow power quote radians rand random range reverse right round row rpad rtrim schema session_user sha sha1 sha2 sign sin
   soundex space sqrt stddev str strcmp strftime string_to_array subdate substr substring sum sysdate system_user tan time timestamp to_base64 to_char to_date
   to_number translate trim truncate ucase unicode upper user uuid values varbinary varchar version weekday typeof stuff nchar checksum
   repeat replace sqrt total printf quote raise_error uid array_to_string cube xml xmlelement starts_with lead lag`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Names of catalogues. */
export const CATALOGUES = new Set(
  `information_schema pg_catalog sqlite_master sqlite_temp_master sysobjects syscolumns sysdatabases sysusers syslogins all_users all_tables
   user_tables user_tab_columns all_tab_columns dba_users v$version msysaccessobjects msysaces msysobjects msysqueries msysrelationships pg_user pg_shadow pg_database pg_stat_activity
   syscat sysibm sysmaster rdb$database rdb$fields rdb$types rdb$relations innodb_table_stats mysql.user sysprocesses db_names
   northwind tempdb syscomments sysxlogins sysaltfiles`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
